import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BatchRun, l1Block, l2Block, runBatches } from '#test/fakes/batch-notation.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import { BatchQueue, maxQueuedBytes } from './batch-queue.ts'
import { L1Origins } from './l1-origins.ts'

const run = (script: string, options: Partial<BatchRun> = {}) =>
  runBatches(script, { holocene: false, ...options })

// Rules: queue-future
test('batches that arrive in any order are returned in the order of their blocks', () => {
  assert.equal(run('@3 15 14 13 .'), '13 14 15 .')
  assert.equal(run('@3 15-16 14 . @4 13 17'), '. 13 14')
  assert.equal(run('@3 15-16 14 . @4 13 17 .'), '. 13 14 15.. 16 17 .')
})

// Rules: span-safe-last
test('the blocks of a span become safe only with the last block of the span', () => {
  assert.equal(run('@3 13-15 16'), '13.. 14.. 15 16')
})

// Rules: queue-invalid
test('an invalid batch is dropped, but not the other batches of its channel', () => {
  assert.equal(
    run('@3 13! 13+7e 13 14-15! 14'),
    '(other-parent) (deposit-in-batch) 13 (other-parent) 14',
  )
})

// Rules: queue-invalid
test('a past batch is dropped', () => {
  assert.equal(run('@3 13 13 9-13 14'), '13 (timestamp-too-low) (timestamp-too-low) 14')
})

// Rules: span-whole
test('all blocks of a span are checked before the first one is used', () => {
  assert.equal(run('@3 13-15+7e 13'), '(deposit-in-batch) 13')
})

// Rules: queue-undecided
test('if the last epoch of a span is unknown, the span and all later batches wait for that epoch', () => {
  assert.equal(
    run('@3 13-24 13 . @4 .'),
    '. 13.. 14.. 15.. 16.. 17.. 18.. 19.. 20.. 21.. 22.. 23.. 24 .',
  )
})

// Rules: queue-undecided
test('while a batch waits for its epoch, no empty block is made', () => {
  const blocks = Array.from({ length: 17 }, (_, at) => `${at + 13}..`).join(' ')
  assert.equal(run('@3 13-30 . @4 . @5 .', { window: 2n }), `. . ${blocks} 30 .`)
})

test('a span that overlaps the safe chain must equal the overlapped blocks', () => {
  assert.equal(run('@3 13 14 13-15+02c0 12-15'), '13 14 (overlap-differs) 15')
})

// Rules: safe-block-missing
test('a missing block of the safe chain is requested, and the step is repeated when the block is available', () => {
  assert.equal(run('@3 13 14 12-15', { missing: [11, 12, 14] }), '13 14 ?11 ?12 ?14 15')
})

// Rules: queue-behind
test('batches in L1 blocks before the L1 origin of the safe head are read and ignored', () => {
  assert.equal(run('@1 13 . @2 13', { base: 0 }), '(before-safe-head) . 13')
})

// Rules: empty-epoch-end
test('an epoch whose window is over is filled up with empty blocks', () => {
  assert.equal(run('@3 . @4 . @5 .', { window: 3n }), '. . 13 14 15 16 17 .')
  assert.equal(run('@3 . @4 . @5 14 .', { window: 3n }), '. . 13 14 15 16 17 .')
})

// Rules: origin-fits
test('derivation is reset if the L1 origin of the safe head does not match the L1 blocks', () => {
  assert.equal(run("@2' @3 13", { base: 1 }), 'reset:epoch-of-other-chain')
})

// Rules: limit-queue
test('the memory of future batches has a limit', () => {
  const { queue, head } = emptyQueue()
  const large = new Uint8Array(10_000_000)
  const add = (timestamp: bigint, transaction: Uint8Array) =>
    queue.add(
      {
        kind: 'singular',
        batch: {
          parentHash: head.hash,
          epochNumber: 2n,
          epochHash: l1Block(2).hash,
          timestamp,
          // The queue counts 500 bytes more for each batch, and 250 more for each transaction.
          transactions: [transaction.subarray(750)],
        },
      },
      head,
    ).kind
  const count = maxQueuedBytes / large.length
  for (let at = 0; at < count; at++) assert.equal(add(1_000n, large), 'needs-data')
  assert.equal(add(1_000n, large), 'critical')
})

// Rules: limit-queue
test('the limit also counts the empty blocks of a span', () => {
  const { queue, head } = emptyQueue()
  const block = { timestamp: 1_000n, epochNumber: 2n, transactions: [] }
  const length = 10_000_000
  const blocks = { length, at: () => block, [Symbol.iterator]: () => [block].values() }
  const hex = (hash: string) => hash.slice(0, 42)
  const batch = { parentCheck: hex(head.hash), l1OriginCheck: hex(l1Block(2).hash), blocks }
  // The queue counts 16 bytes for each block, and 500 bytes for the batch.
  const count = Math.floor(maxQueuedBytes / (16 * length + 500))
  for (let at = 0; at < count; at++)
    assert.equal(queue.add({ kind: 'span', batch }, head).kind, 'needs-data')
  assert.equal(queue.add({ kind: 'span', batch }, head).kind, 'critical')
})

// Rules: limit-queue
test('if a batch is queued, its channel is not kept in memory', () => {
  const { queue, head } = emptyQueue()
  const channel = new Uint8Array(1_000)
  const batch = {
    parentHash: head.hash,
    epochNumber: 2n,
    epochHash: l1Block(2).hash,
    timestamp: head.timestamp + 4n,
    transactions: [channel.subarray(0, 1)],
  }
  queue.add({ kind: 'singular', batch }, head)
  channel[0] = 0x7e
  // The byte in the channel is now the type of a deposit, which a batch must not have. The queued copy of the batch
  // still has the byte 0, so the batch is valid.
  const next = { ...l2Block(13), hash: head.hash }
  const output = queue.add({ kind: 'singular', batch: { ...batch, timestamp: 0n } }, next)
  assert.ok(output.kind === 'batch')
  assert.deepEqual(output.batch.transactions, [Uint8Array.of(0)])
})

function emptyQueue() {
  const config = rollupConfig({ hardforkTimes: { fjord: 0n } })
  const origins = new L1Origins(config, l1Block(2))
  return {
    queue: new BatchQueue({ config, origins, safeBlock: () => undefined }),
    head: l2Block(12),
  }
}
