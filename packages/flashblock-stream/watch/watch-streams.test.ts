import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Hash } from '#protocol/primitives.ts'
import { toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { systemClock } from '#runtime/clock.ts'
import { filledHash, flashblocksOf, onStream, sampleBase } from '#test/fakes/flashblocks.ts'
import { serveHttp } from '#test/fakes/http-server.ts'
import { Queue } from '#test/fakes/queue.ts'
import { serveWebSockets } from '#test/fakes/web-socket-server.ts'
import { serveFlashblocks } from '#flashblock-stream/stream-server.ts'
import type { BlockReport } from './block-report.ts'
import { watchStreams, type WatchOptions } from './watch-streams.ts'

const first = sampleBase.number

/** Flashblocks of a block whose parent is the block before it. With 0 s between blocks, a test need not wait long. */
function blockAt(at: number, counts: readonly number[], blockSeconds = 2n): readonly Flashblock[] {
  const parentHash = filledHash(0x80 + at - 1)
  const timestamp = sampleBase.timestamp + BigInt(at) * blockSeconds
  const base = { ...sampleBase, number: first + BigInt(at), timestamp, parentHash }
  return flashblocksOf(counts, base).map((each) => {
    return { ...each, payloadId: `0x03${String(at).padStart(14, '0')}` as Flashblock['payloadId'] }
  })
}

const hashesOf = (flashblocks: readonly Flashblock[]): readonly Hash[] =>
  flashblocks.flatMap(({ diff }) => diff.transactions.map((raw) => toHash(keccak256(raw))))

/** A node over HTTP whose blocks are those of `sealed`. */
async function serveChain(t: TestContext) {
  const sealed = new Map<bigint, object | string>()
  const url = await serveHttp(t, ({ body }, response) => {
    const { id, method, params } = JSON.parse(body) as {
      readonly id: number
      readonly method: string
      readonly params: readonly [string, boolean]
    }
    assert.deepEqual([method, params[1]], ['eth_getBlockByNumber', false])
    const result = sealed.get(BigInt(params[0])) ?? null
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
  })
  const seal = (at: number, flashblocks: readonly Flashblock[]) => {
    const number = first + BigInt(at)
    sealed.set(number, {
      number: `0x${number.toString(16)}`,
      hash: filledHash(0x80 + at),
      parentHash: filledHash(0x80 + at - 1),
      transactions: hashesOf(flashblocks),
    })
  }
  return { url, sealed, seal }
}

/** A watch with a stream server and a node. */
async function world(t: TestContext, options: Partial<WatchOptions> = {}) {
  const chain = await serveChain(t)
  const server = await serveFlashblocks({ host: '127.0.0.1', port: 0, clock: systemClock })
  t.after(() => server.close())
  const rpc = new JsonRpcClient({
    endpoints: [{ url: chain.url }],
    timeoutMs: 5_000,
    rounds: 1,
    clock: systemClock,
  })
  t.after(() => rpc.close())
  const stop = new AbortController()
  t.after(() => stop.abort())
  const reports = new Queue<BlockReport>()
  const notices: string[] = []
  const connected = Promise.withResolvers<void>()
  const summary = watchStreams({
    urls: [`ws://127.0.0.1:${server.port}/ws`],
    rpc,
    clock: systemClock,
    signal: stop.signal,
    until: undefined,
    onBlock: (report) => reports.push(report),
    onChange: () => undefined,
    onNotice: (text) => {
      notices.push(text)
      if (text.endsWith(': connected')) connected.resolve()
    },
    ...options,
  })
  await connected.promise
  const publish = (flashblocks: readonly Flashblock[], at: number) => {
    const number = first + BigInt(at)
    for (const flashblock of flashblocks) server.publish(onStream(flashblock, number), number)
  }
  return { ...chain, server, publish, reports, notices, stop, summary, rpc }
}

test('blocks are compared with those of the node as soon as it has them, until the given block', async (t) => {
  const { publish, reports, seal, summary } = await world(t, { until: first + 1n })
  const [a, b, c] = [blockAt(0, [1, 2]), blockAt(1, [1, 1]), blockAt(2, [1])]
  publish(a, 0)
  publish(b, 1)
  seal(0, a)
  assert.equal((await reports.next()).verdict, 'kept')
  publish(c, 2)
  seal(1, b.slice(0, 1))
  const { lost, number, verdict } = await reports.next()
  assert.deepEqual([number, verdict, lost], [first + 1n, 'broken', hashesOf(b.slice(1))])
  const { blocks, flashblocks, unfinished } = await summary
  assert.deepEqual(blocks, { kept: 1, broken: 1, 'never-came': 0, unchecked: 0 })
  assert.deepEqual([flashblocks, unfinished], [5, 1])
})

test('a block that never comes is reported after some block times, and the watch goes on', async (t) => {
  const { publish, reports, seal, stop, summary } = await world(t)
  const [a, b] = [blockAt(0, [1], 0n), blockAt(1, [1], 0n)]
  publish(a, 0)
  publish(b, 1)
  seal(1, b)
  const { number, verdict } = await reports.next()
  assert.deepEqual([number, verdict], [first, 'never-came'])
  assert.equal((await reports.next()).verdict, 'kept')
  stop.abort()
  assert.equal((await summary).blocks['never-came'], 1)
})

test('if the node gives no usable answer, the block is unchecked with the reason, which is noticed once', async (t) => {
  const { notices, publish, reports, sealed } = await world(t)
  sealed.set(first, { hash: '0x' })
  publish(blockAt(0, [1], 0n), 0)
  publish(blockAt(1, [1], 0n), 1)
  const { reason, verdict } = await reports.next()
  assert.equal(verdict, 'unchecked')
  assert.match(reason ?? '', /block\.number/)
  assert.equal(notices.filter((text) => text.includes('cannot be fetched: block.number')).length, 1)
})

test('a watch of two streams follows both, and the stop of one is no interruption', async (t) => {
  const { server, ...others } = await world(t)
  const second = await serveFlashblocks({ host: '127.0.0.1', port: 0, clock: systemClock })
  t.after(() => second.close())
  const stop = new AbortController()
  t.after(() => stop.abort())
  const reports = new Queue<BlockReport>()
  const notices = new Queue<string>()
  const summary = watchStreams({
    urls: [server, second].map(({ port }) => `ws://127.0.0.1:${port}`),
    rpc: others.rpc,
    clock: systemClock,
    signal: stop.signal,
    until: first + 1n,
    onBlock: (report) => reports.push(report),
    onChange: () => undefined,
    onNotice: (text) => notices.push(text),
  })
  const noticed = async (pattern: RegExp) => {
    while (!pattern.test(await notices.next()));
  }
  await noticed(/: connected/)
  await noticed(/: connected/)
  const [a, b] = [blockAt(0, [1, 1]), blockAt(1, [1])]
  for (const each of a) for (const to of [server, second]) to.publish(onStream(each, first), first)
  const { port } = second
  await second.close()
  await noticed(new RegExp(`:${port}: not connected: the server closed .* 1001`))
  others.publish(b, 1)
  others.publish(blockAt(2, [1]), 2)
  others.seal(0, a)
  others.seal(1, b)
  await summary
  const [one, two] = [await reports.next(), await reports.next()]
  assert.deepEqual([one.repeated, one.isInterrupted, two.isInterrupted], [0, false, false])
  const { flashblocks, streams } = await summary
  assert.equal(flashblocks, 4)
  assert.equal(
    streams.reduce((sum, stream) => sum + stream.first, 0),
    4,
  )
  assert.equal(
    streams.reduce((sum, stream) => sum + stream.later.count, 0),
    2,
  )
})

test('frames that are not flashblocks are noticed once for each flaw, and counted', async (t) => {
  const { rpc } = await world(t)
  const url = await serveWebSockets(t, (socket) => {
    for (const text of ['{', '{', 'x', '[]']) socket.send(text)
  })
  const stop = new AbortController()
  t.after(() => stop.abort())
  const notices = new Queue<string>()
  const summary = watchStreams({
    urls: [url],
    rpc,
    clock: systemClock,
    signal: stop.signal,
    until: undefined,
    onBlock: () => undefined,
    onChange: () => undefined,
    onNotice: (text) => notices.push(text),
  })
  assert.match(await notices.next(), /: connected$/)
  assert.match(await notices.next(), /: a frame is malformed \(not-json\): /)
  assert.match(await notices.next(), /: a frame is malformed \(not-flashblock\): /)
  stop.abort()
  assert.deepEqual((await summary).malformed, { 'not-json': 3, 'not-flashblock': 1 })
})
