import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Registry } from 'prom-client'
import type { FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import { type Waiting, waitText } from '#service/status-reporter.ts'
import { fetchL1Block, l1Heads, systemConfig } from '#messages/subjects.ts'
import type { InboxTransaction } from '#protocol/block/l1-block.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { BusWorld } from '#test/fakes/bus-world.ts'
import { memoryHash, MemoryL1 } from '#test/fakes/memory-l1.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import { singleL1 } from '#test/fakes/single-l1.ts'
import { createMetrics } from './metrics.ts'
import { run } from './run.ts'

const pollMs = 500
const batcherAddress = `0x${'ba'.repeat(20)}` as Address
const stranger = `0x${'77'.repeat(20)}` as Address

/** Da-watcher on a bus in memory, and a reader of its messages. */
async function watched(t: TestContext, l1: MemoryL1) {
  const world = await BusWorld.provisioned()
  const { bus } = await world.join('da-watcher')
  const reader = await world.join('derivation')
  const stop = new AbortController()
  const waits: string[] = []
  const note = (status: string) => {
    if (status !== (waits.at(-1) ?? 'goes on')) waits.push(status)
  }
  const registry = new Registry()
  const context = {
    bus,
    clock: world.clock,
    signal: stop.signal,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
    status: {
      setWait: (wait?: Waiting) => note(wait === undefined ? 'goes on' : waitText(wait)),
    },
    metrics: createMetrics(registry),
  }
  const running = run(context, { l1: singleL1(l1), config: rollupConfig({}), pollMs })
  t.after(async () => {
    stop.abort()
    await world.settle(running)
  })
  const heads: L1Heads[] = []
  reader.bus.follow(l1Heads, (value) => heads.push(value))
  await world.pass(100)
  const ask = (
    block: { kind: 'number'; number: bigint } | { kind: 'hash'; hash: Hash },
    parentHash?: Hash,
  ): Promise<FetchL1BlockResponse> =>
    world.settle(
      reader.bus.call(fetchL1Block, { block, parentHash, batcherAddress }, { deadlineMs: 1_000 }),
    )
  const metric = async (name: string) => (await registry.getSingleMetric(name)?.get())?.values
  return { world, bus, reader, heads, waits, ask, metric }
}

test('heads are published at the start and at each change', async (t) => {
  const l1 = new MemoryL1().grow(0, 5)
  const { heads, world } = await watched(t, l1)
  assert.deepEqual(
    heads.map(({ head }) => head.number),
    [5n],
  )
  l1.grow(6, 7)
  l1.finalized = 2
  await world.pass(pollMs + 10)
  assert.deepEqual(
    heads.map(({ head, finalized }) => [head.number, finalized?.number]),
    [
      [5n, 0n],
      [7n, 2n],
    ],
  )
  await world.pass(5 * pollMs)
  assert.equal(heads.length, 2)
})

test('after a reorg the new head is published, and the depth is counted', async (t) => {
  const l1 = new MemoryL1().grow(0, 5)
  const { heads, world, metric } = await watched(t, l1)
  for (const number of [6, 7]) {
    l1.grow(number, number)
    await world.pass(pollMs)
  }
  l1.grow(6, 7, 'b')
  await world.pass(pollMs)
  assert.equal(heads.at(-1)?.head.hash, memoryHash(7n, 'b'))
  l1.grow(6, 6, 'c')
  await world.pass(pollMs)
  assert.equal(heads.at(-1)?.head.hash, memoryHash(6n, 'c'))
  assert.equal((await metric('atoll_da_watcher_reorgs_total'))?.[0]?.value, 2)
})

test('the finalized head does not go back', async (t) => {
  const l1 = new MemoryL1().grow(0, 9)
  l1.finalized = 4
  const { heads, world } = await watched(t, l1)
  l1.finalized = 3
  l1.grow(10, 10)
  await world.pass(pollMs)
  assert.deepEqual(
    heads.map(({ head, finalized }) => [head.number, finalized?.number]),
    [
      [9n, 4n],
      [10n, 4n],
    ],
  )
})

test('the status shows the error of L1 until L1 answers again', async (t) => {
  const l1 = new MemoryL1().grow(0, 5)
  const { heads, world, waits, ask } = await watched(t, l1)
  l1.failure = 'http://l1: HTTP status 503'
  await world.pass(pollMs)
  assert.deepEqual(waits, ['the heads of L1: l1-unavailable: http://l1: HTTP status 503'])
  await assert.rejects(ask({ kind: 'number', number: 3n }), { code: 'l1-unavailable' })
  l1.failure = undefined
  assert.equal((await ask({ kind: 'number', number: 3n })).kind, 'block')
  l1.grow(6, 6)
  await world.pass(pollMs)
  assert.equal(waits.at(-1), 'goes on')
  assert.equal(heads.at(-1)?.head.number, 6n)
})

test('a block is served by number and by hash; a request with another parent is answered with `reorged`', async (t) => {
  const { ask } = await watched(t, new MemoryL1().grow(0, 5))
  const byNumber = await ask({ kind: 'number', number: 4n }, memoryHash(3n, 'a'))
  assert.ok(byNumber.kind === 'block' && byNumber.block.hash === memoryHash(4n, 'a'))
  assert.deepEqual(await ask({ kind: 'hash', hash: memoryHash(4n, 'a') }), byNumber)
  assert.deepEqual(await ask({ kind: 'number', number: 6n }), { kind: 'not-found' })
  const reorged = await ask({ kind: 'number', number: 4n }, memoryHash(3n, 'b'))
  assert.ok(reorged.kind === 'reorged' && reorged.canonical.hash === memoryHash(4n, 'a'))
})

function posted(sender: Address, bytes: number): InboxTransaction {
  const hash = memoryHash(0n, 'tx')
  return { hash, type: 2, sender, data: new Uint8Array(bytes), blobs: [] }
}

test('transactions of other senders are omitted, so they cannot make a response too large', async (t) => {
  const l1 = new MemoryL1().grow(0, 1)
  const [, block] = l1.chain
  if (block === undefined) throw new Error('no block')
  const inboxTransactions = [posted(stranger, 13 * 1024 * 1024), posted(batcherAddress, 7)]
  l1.chain[1] = { ...block, inboxTransactions }
  const { ask } = await watched(t, l1)
  const answer = await ask({ kind: 'number', number: 1n })
  assert.ok(answer.kind === 'block')
  assert.deepEqual(
    answer.block.inboxTransactions.map(({ sender }) => sender),
    [batcherAddress],
  )
})

test('the unsafe block signer is published at the start and when it changes', async (t) => {
  const l1 = new MemoryL1().grow(0, 5)
  const { world, bus } = await watched(t, l1)
  const published = () => world.settle(bus.read(systemConfig))
  assert.equal((await published())?.unsafeBlockSigner, l1.signer)
  l1.grow(6, 6)
  await world.pass(pollMs)
  assert.equal((await published())?.at.number, 5n)
  l1.signer = stranger
  l1.grow(7, 7)
  await world.pass(pollMs)
  assert.deepEqual(
    [(await published())?.at.number, (await published())?.unsafeBlockSigner],
    [7n, stranger],
  )
})
