import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { systemClock } from '#runtime/clock.ts'
import { serveJsonRpc } from './json-rpc-server.ts'
import { maxSockets, SocketEndpoint } from './socket-endpoint.ts'

/** An endpoint whose server answers `hold` on demand, and `fill` with the requested number of letters. */
async function served(t: TestContext, maxResponseBytes?: number) {
  const held: (() => void)[] = []
  const full = Promise.withResolvers<undefined>()
  const server = await serveJsonRpc({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    methods: {
      hold: () =>
        new Promise((resolve) => {
          if (held.push(() => resolve('held')) === maxSockets) full.resolve(undefined)
        }),
      fill: ([length]) => 'x'.repeat(Number(length)),
    },
  })
  const url = server.url.replace('http', 'ws')
  const endpoint = new SocketEndpoint({
    url,
    ...(maxResponseBytes !== undefined && { maxResponseBytes }),
  })
  t.after(async () => {
    await endpoint.close()
    await server.close()
  })
  const ask = async (method: string, params: readonly unknown[] = [], signal?: AbortSignal) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    return (await endpoint.post(body, { timeoutMs: 5_000, signal })).text
  }
  return { ask, held, full: full.promise }
}

test('if all earlier calls in the queue were aborted, a call gets a free socket', async (t) => {
  const { ask, held, full } = await served(t)
  const busy = Array.from({ length: maxSockets }, () => ask('hold'))
  await full
  const stop = new AbortController()
  const impatient = Array.from({ length: maxSockets }, () => ask('fill', [1], stop.signal))
  const patient = ask('fill', [2])
  stop.abort()
  for (const call of impatient) await assert.rejects(call, { code: 'aborted' })
  for (const answer of held) answer()
  await Promise.all(busy)
  assert.match(await patient, /"xx"/)
})

test('an answer may be as large as the limit, and not larger', async (t) => {
  const overhead = JSON.stringify({ jsonrpc: '2.0', id: 1, result: '' }).length
  const { ask } = await served(t, overhead + 10)
  assert.match(await ask('fill', [10]), /x{10}/)
  await assert.rejects(ask('fill', [11]), {
    code: 'rpc-unreachable',
    message: new RegExp(`more than ${overhead + 10} bytes`),
  })
  assert.match(await ask('fill', [10]), /x{10}/, 'on another socket')
})
