import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { maxPayloadBytes } from '#bus/bus-limits.ts'
import type { Connection, Outgoing } from '#bus/connection.ts'
import { provision } from '#bus/provision.ts'
import { type Ack, readNewest, store, type StoreOptions } from '#bus/stream-store.ts'
import { isFault } from '#runtime/fault.ts'
import { pause, text, textOf, until, valueStream } from './raw-client.ts'

/** A server under test. */
export interface ConformingServer {
  /** Opens a connection with all permissions. */
  connect(): Promise<Connection>
  /** Ends the server as a crash would. The server keeps its stored data. */
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

let server: ConformingServer
let client: Connection
const opened: Connection[] = []

async function open(): Promise<Connection> {
  const connection = await server.connect()
  opened.push(connection)
  return connection
}

const put = (key: string, value: string, expectedSequence?: number) =>
  storeSurely(
    { subject: `$KV.state.${key}`, data: text(value) },
    { id: `${key}/${value}`, ...(expectedSequence !== undefined && { expectedSequence }) },
  )

/** Repeats a publish that timed out, as every publisher does. On a busy machine a large message takes long. */
async function storeSurely(message: Outgoing, options: StoreOptions): Promise<Ack> {
  for (;;)
    try {
      return await store(client, message, options)
    } catch (error) {
      if (!isFault(error, 'timeout')) throw error
    }
}

const get = (key: string) => readNewest(client, 'KV_state', `$KV.state.${key}`)

/** Guarantees of a last-value stream. */
function testStates(): void {
  test('a stale compare-and-set is refused', async () => {
    const first = await put('cas', '1', 0)
    await assert.rejects(put('cas', '2', 0), { code: 'conflict' })
    await put('cas', '3', first.sequence)
    await assert.rejects(put('cas', '4', first.sequence), { code: 'conflict' })
    assert.equal(textOf((await get('cas'))?.data), '3')
  })

  test('a stored write is republished with its sequence and headers; a refused write is not republished', async () => {
    const reader = await open()
    const seen: string[] = []
    reader.subscribe('state.pushed', {
      onMessage: ({ data, header }) =>
        seen.push(`${textOf(data)} ${header('Nats-Sequence')} ${header('Atoll-Type')}`),
    })
    await pause(50)
    const headers = { 'Atoll-Type': 'atoll.v1.ChainState' }
    const message = { subject: '$KV.state.pushed', data: text('a'), headers }
    const { sequence } = await store(client, message, { id: 'pushed/a', expectedSequence: 0 })
    await assert.rejects(
      store(client, { ...message, data: text('b') }, { id: 'pushed/b', expectedSequence: 0 }),
      { code: 'conflict' },
    )
    await pause(100)
    assert.deepEqual(seen, [`a ${sequence} atoll.v1.ChainState`])
  })

  test('a read after an acknowledged write returns that write, on any connection', async () => {
    const other = await open()
    for (let value = 0; value < 200; value++) {
      await put('read', String(value))
      const stored = await readNewest(other, 'KV_state', '$KV.state.read')
      assert.equal(textOf(stored?.data), String(value))
    }
  })

  test('a key that was never written is not found; a read of a missing stream fails with a temporary fault', async () => {
    assert.equal(await get('never'), undefined)
    // New servers answer immediately. With old servers, the request times out.
    await assert.rejects(readNewest(client, 'KV_other', '$KV.other.x'), { severity: 'temporary' })
  })

  test('only the newest value of a key is kept', async () => {
    const first = await put('newest', '1')
    const second = await put('newest', '2')
    assert.ok(second.sequence > first.sequence)
    assert.equal((await get('newest'))?.sequence, second.sequence)
  })
}

/** Guarantees of message ids and expiry. */
function testIds(): void {
  test('a message that is sent twice with one id is stored once', async () => {
    const first = await put('twice', 'x')
    const second = await put('twice', 'x')
    assert.deepEqual(second, { sequence: first.sequence, isDuplicate: true })
  })

  test('a compare-and-set sent twice is stored once; old servers report a duplicate, new ones a conflict', async () => {
    const { sequence } = await put('cas-twice', 'x', 0)
    try {
      assert.deepEqual(await put('cas-twice', 'x', 0), { sequence, isDuplicate: true })
    } catch (error) {
      if (!isFault(error, 'conflict')) throw error
    }
    assert.equal((await get('cas-twice'))?.sequence, sequence)
  })

  test('a key that has expired can be created again', async () => {
    const take = (id: string) =>
      store(client, { subject: '$KV.lease.a', data: text(id) }, { id, expectedSequence: 0 })
    await take('lease/1')
    await assert.rejects(take('lease/2'), { code: 'conflict' })
    await until('the lease expires', async () => {
      try {
        await take(`lease/${performance.now()}`)
        return true
      } catch (error) {
        if (!isFault(error, 'conflict')) throw error
        return false
      }
    })
  })
}

/** Guarantees of plain messages. */
function testMessages(): void {
  test('a request without a subscriber fails immediately, not at its timeout', async () => {
    const startedMs = performance.now()
    await assert.rejects(
      client.request({ subject: 'nothing', data: text('') }, { timeoutMs: 5_000 }),
      {
        code: 'unavailable',
      },
    )
    assert.ok(performance.now() - startedMs < 1_000)
  })

  test('each message to a queue group reaches exactly one member', async () => {
    const members = [await open(), await open()]
    const counts = [0, 0]
    for (const [at, member] of members.entries())
      member.subscribe('work', {
        queue: 'workers',
        onMessage: () => (counts[at] = (counts[at] ?? 0) + 1),
      })
    await pause(50)
    for (let sent = 0; sent < 100; sent++) client.publish({ subject: 'work', data: text('') })
    await until('all work is taken', () => (counts[0] ?? 0) + (counts[1] ?? 0) >= 100)
    await pause(50)
    assert.equal((counts[0] ?? 0) + (counts[1] ?? 0), 100)
  })

  test('a message over the limit is refused, and the connection stays open', async () => {
    const subject = 'over'
    for (const excess of [0, 1]) {
      const send = () => client.publish({ subject, data: new Uint8Array(maxPayloadBytes + excess) })
      if (excess === 0) send()
      else assert.throws(send, { code: 'too-large' })
    }
    await put('over', 'still there')
    assert.equal(textOf((await get('over'))?.data), 'still there')
  })

  test('a message of nearly the largest size is stored and pushed', async () => {
    const reader = await open()
    const sizes: number[] = []
    reader.subscribe('state.large', { onMessage: ({ data }) => sizes.push(data.length) })
    await pause(50)
    const data = new Uint8Array(maxPayloadBytes - 4_096).fill(7)
    await storeSurely({ subject: '$KV.state.large', data }, { id: 'large' })
    await until('the push arrives', () => sizes.length > 0)
    assert.deepEqual(sizes, [data.length])
    assert.equal((await get('large'))?.data.length, data.length)
  })
}

/** Behaviour during and after a crash of the server. */
function testCrashes(): void {
  test('messages published while the server is unreachable are lost silently', async () => {
    const reader = await open()
    const seen: string[] = []
    reader.subscribe('plain', { onMessage: ({ data }) => seen.push(textOf(data)) })
    await pause(50)
    await server.kill()
    await until('the client notices', () => !client.isUp)
    client.publish({ subject: 'plain', data: text('lost') })
    await server.restart()
    await until('both clients are connected', () => client.isUp && reader.isUp)
    await pause(200)
    client.publish({ subject: 'plain', data: text('there') })
    await until('the later message arrives', () => seen.length > 0)
    assert.deepEqual(seen, ['there'])
  })

  test('a server recognises a duplicate message id after a crash', async () => {
    const first = await put('id-crash', 'x')
    await server.kill()
    await server.restart()
    await until('the client is back', () => client.isUp)
    await pause(200)
    const second = await put('id-crash', 'x')
    assert.deepEqual(second, { sequence: first.sequence, isDuplicate: true })
  })

  test('a key that expired while the server was down can be created right after the restart', async () => {
    const take = (id: string) =>
      store(client, { subject: '$KV.lease.down', data: text(id) }, { id, expectedSequence: 0 })
    await take('down/1')
    await server.kill()
    await pause(1_500)
    await server.restart()
    await until('the client is back', () => client.isUp)
    await pause(200)
    await take('down/2')
  })
}

/**
 * Tests each assumption that the bus makes about a server. The tests run on each supported NATS version and on the
 * in-memory server.
 */
export function testConformance(start: () => Promise<ConformingServer>): void {
  before(async () => {
    server = await start()
    client = await open()
    await provision(client, [valueStream('state'), valueStream('lease', 1_000)])
  })
  after(async () => {
    await Promise.all(opened.map((connection) => connection.close()))
    await server.stop()
  })
  testStates()
  testIds()
  testMessages()
  testCrashes()
}
