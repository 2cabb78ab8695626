import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readNewest, store } from '#bus/stream-store.ts'
import { isFault } from '#runtime/fault.ts'
import { Random } from '#runtime/random.ts'
import { connectWith, pause, text, textOf, until, valueStream } from './conformance/raw-client.ts'
import { TestServer } from './servers.ts'

const rounds = 20
const publishes = 2_000

test(`if a server is killed ${rounds} times, each time during ${publishes} writes, no acknowledged write is lost`, async (t) => {
  const server = await TestServer.start()
  const client = await connectWith(server.url, [valueStream('state')])
  t.after(async () => {
    await client.close()
    await server.stop()
  })
  const random = new Random(1)
  let acknowledged = 0
  for (let round = 0; round < rounds; round++) {
    const stored = new Map<string, string>()
    const publishing = Promise.all(
      Array.from({ length: publishes }, async (_, at) => {
        // The writes are spread out, so that at the crash some are pending, some are stored and some are not sent.
        await pause(at / 20)
        const key = `$KV.state.${round}.${at % 500}`
        const value = `${round}/${at}`
        try {
          await store(client, { subject: key, data: text(value) }, { id: value })
          stored.set(key, value)
        } catch (error) {
          if (!isFault(error) || error.severity !== 'temporary') throw error
        }
      }),
    )
    await pause(random.between(5, 95))
    await server.kill()
    await server.restart()
    await publishing
    await until('the client is back', () => client.isUp)
    await pause(100)
    acknowledged += stored.size
    for (const [key, value] of stored) {
      const kept = textOf((await readNewest(client, 'KV_state', key))?.data)
      // A later write of the key may be stored without an acknowledgement.
      const isKept = Number(kept.split('/')[1]) >= Number(value.split('/')[1])
      assert.ok(isKept, `round ${round}: ${key} has ${kept}, and ${value} was acknowledged`)
    }
  }
  t.diagnostic(`${acknowledged} acknowledged writes in ${rounds} rounds, none lost`)
  assert.ok(acknowledged > rounds * 100)
})

test(
  'if a request is lost in a crash of the server, it fails when the server is back, not at its timeout',
  { timeout: 60_000 },
  async (t) => {
    const server = await TestServer.start()
    const caller = await connectWith(server.url)
    const silent = await connectWith(server.url)
    t.after(async () => {
      await caller.close()
      await silent.close()
      await server.stop()
    })
    let asked = 0
    silent.subscribe('quiet', { onMessage: () => void asked++ })
    await until('the subscriber receives messages', () => {
      caller.publish({ subject: 'quiet', data: text('') })
      return asked > 0
    })
    const request = caller.request({ subject: 'quiet', data: text('') }, { timeoutMs: 600_000 })
    const refused = assert.rejects(request, /the connection was lost before there was an answer/)
    const before = asked
    await until('the request arrives', () => asked > before)
    await server.kill()
    await server.restart()
    await refused
  },
)
