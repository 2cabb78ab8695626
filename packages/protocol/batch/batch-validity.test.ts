import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { HardforkTimes } from '#protocol/chains/hardforks.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { l1Block, l2Block } from '#test/fakes/batch-notation.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import { hash } from '#test/fakes/values.ts'
import type { SingularBatch } from './batch.ts'
import { checkSingularBatch } from './batch-validity.ts'

/** Changes to the default batch and its default context. The default batch is block 13 on top of block 12. */
interface Case extends Partial<Omit<SingularBatch, 'transactions'>> {
  readonly transactions?: readonly string[]
  /** Number of the L1 block in which the batch was complete. */
  readonly included?: number
  readonly forks?: HardforkTimes
  readonly l1Blocks?: readonly L1BlockRef[]
  /** Number of the safe head, whose epoch is 2. */
  readonly head?: number
}

const holocene: HardforkTimes = { holocene: 0n }
const epochs = (...numbers: number[]) => numbers.map((number) => l1Block(number))

function check(given: Case): string {
  const { included = 3, forks = {}, l1Blocks = epochs(2, 3), head = 12, ...batch } = given
  const safeHead = l2Block(head, 2)
  const { transactions = [], epochNumber = 2n } = batch
  const verdict = checkSingularBatch(
    {
      parentHash: safeHead.hash,
      epochHash: l1Block(Number(epochNumber)).hash,
      timestamp: safeHead.timestamp + 2n,
      ...batch,
      epochNumber,
      transactions: transactions.map((hex) => fromHex(`0x${hex}`)),
    },
    {
      config: rollupConfig({ sequencingWindow: 10n, hardforkTimes: forks }),
      l1Blocks,
      safeHead,
      inclusion: l1Block(included),
      safeBlock: () => undefined,
    },
  )
  return 'reason' in verdict ? `${verdict.kind} ${verdict.reason}` : verdict.kind
}

// Rules: singular-l1-known
test('if no L1 blocks are known, a batch is undecided', () => {
  assert.equal(check({ l1Blocks: [], timestamp: 0n }), 'undecided no-l1-blocks')
})

// Rules: singular-time
test('a batch whose time is not that of the next block is future, past or invalid', () => {
  for (const [timestamp, before, after] of [
    [24n, 'drop timestamp-too-low', 'past'],
    [25n, 'drop timestamp-too-low', 'past'],
    [26n, 'accept', 'accept'],
    [27n, 'future', 'drop timestamp-too-high'],
    [28n, 'future', 'drop timestamp-too-high'],
  ] as const) {
    assert.equal(check({ timestamp }), before)
    assert.equal(check({ timestamp, forks: holocene }), after)
    // The L1 block in which the batch was complete has the time 36.
    assert.equal(check({ timestamp, forks: { holocene: 36n } }), after)
    assert.equal(check({ timestamp, forks: { holocene: 37n } }), before)
  }
})

// Rules: singular-time, singular-parent
test('the time is checked before the parent, and the parent before the window', () => {
  const parentHash = hash(1)
  assert.equal(check({ parentHash, timestamp: 24n, forks: holocene }), 'past')
  assert.equal(check({ parentHash, included: 13 }), 'drop other-parent')
})

// Rules: singular-window
test('a batch may be included until the end of its sequencing window, and not one L1 block later', () => {
  assert.equal(check({ included: 12 }), 'accept')
  assert.equal(check({ included: 13 }), 'drop included-too-late')
  assert.equal(check({ included: 13, epochNumber: 1n }), 'drop included-too-late')
})

// Rules: singular-epoch
test('the epoch of a batch must be the epoch of the head or the next one', () => {
  const head = 17
  assert.equal(check({ epochNumber: 1n }), 'drop epoch-too-old')
  assert.equal(check({ epochNumber: 2n }), 'accept')
  assert.equal(check({ epochNumber: 3n, head }), 'accept')
  assert.equal(check({ epochNumber: 4n, l1Blocks: epochs(2, 3, 4) }), 'drop epoch-too-far-ahead')
  assert.equal(check({ epochNumber: 4n, l1Blocks: epochs(2) }), 'drop epoch-too-far-ahead')
  assert.equal(check({ epochNumber: 3n, head, l1Blocks: epochs(2) }), 'undecided next-epoch')
})

// Rules: singular-epoch
test('a batch must not extend the epoch of the head if the known L1 blocks begin after that epoch', () => {
  const l1Blocks = epochs(3, 4)
  assert.equal(check({ epochNumber: 2n, head: 17, l1Blocks }), 'drop epoch-too-old')
  assert.equal(check({ epochNumber: 3n, head: 17, l1Blocks }), 'accept')
})

// Rules: singular-epoch-hash
test('the epoch hash must be the hash of the L1 block', () => {
  assert.equal(check({ epochHash: l1Block(2, 1).hash }), 'drop epoch-of-other-chain')
  assert.equal(check({ epochNumber: 3n, epochHash: hash(3) }), 'drop epoch-of-other-chain')
})

// Rules: singular-epoch-time
test('a block must not be older than its L1 origin', () => {
  assert.equal(check({ epochNumber: 3n, head: 16 }), 'drop epoch-before-l1-origin')
  assert.equal(check({ epochNumber: 3n, head: 17 }), 'accept')
})

// Rules: activation-empty
test('batch transactions are invalid in the activation blocks of Jovian, Karst and Lagoon only', () => {
  const transactions = ['02c0']
  for (const [before, fork] of [
    ['isthmus', 'jovian'],
    ['jovian', 'karst'],
    ['karst', 'lagoon'],
  ] as const) {
    const reason = 'drop activation-block-with-transactions'
    const at = (time: bigint) => ({ forks: { [before]: 0n, [fork]: time } })
    for (const time of [25n, 26n]) assert.equal(check({ transactions, ...at(time) }), reason)
    assert.equal(check({ transactions, ...at(24n) }), 'accept')
    assert.equal(check({ transactions, ...at(27n) }), 'accept')
    assert.equal(check(at(26n)), 'accept')
  }
  for (const fork of ['ecotone', 'fjord', 'granite', 'holocene', 'isthmus'] as const)
    assert.equal(check({ transactions, forks: { [fork]: 26n } }), 'accept')
})

// Rules: activation-empty
test('a fork active at genesis has no activation block', () => {
  assert.equal(check({ transactions: ['02c0'], forks: { lagoon: 0n } }), 'accept')
})

// Epoch 2 is at second 24, and block n is at second 2n. So block 312 is 600 s ahead of the epoch, and block 912 is
// 1,800 s ahead.

// Rules: over-drift
test('a block with transactions may be ahead of its epoch by the sequencer drift, and not one second more', () => {
  const transactions = ['02c0']
  const l1Blocks = [l1Block(2), { ...l1Block(3), timestamp: 10_000n }]
  assert.equal(check({ head: 311, transactions, l1Blocks }), 'accept')
  assert.equal(check({ head: 312, transactions, l1Blocks }), 'drop over-drift')
  assert.equal(check({ head: 312, transactions: ['7e'], l1Blocks }), 'drop over-drift')
})

// Rules: drift-by-origin
test('the drift is 1,800 seconds if Fjord is active at the time of the epoch', () => {
  const transactions = ['02c0']
  const drift = (head: number, fjord: bigint) => check({ head, transactions, forks: { fjord } })
  assert.equal(drift(911, 24n), 'accept')
  assert.equal(drift(912, 24n), 'drop over-drift')
  assert.equal(drift(311, 25n), 'accept')
  assert.equal(drift(312, 25n), 'drop over-drift')
})

// Rules: over-drift
test('an empty block over the drift must begin the next epoch as soon as it can', () => {
  const late = [l1Block(2), { ...l1Block(3), timestamp: 627n }]
  const due = [l1Block(2), { ...l1Block(3), timestamp: 626n }]
  assert.equal(check({ head: 312, l1Blocks: late }), 'accept')
  assert.equal(check({ head: 312, l1Blocks: due }), 'drop over-drift')
  assert.equal(check({ head: 312, l1Blocks: epochs(2) }), 'undecided next-epoch')
  assert.equal(check({ head: 312, epochNumber: 3n, l1Blocks: due }), 'accept')
})

// Rules: over-drift
test('a block that begins an epoch and exceeds its drift must be empty', () => {
  const given = { head: 400, epochNumber: 3n, l1Blocks: epochs(2, 3) }
  assert.equal(check(given), 'accept')
  assert.equal(check({ ...given, transactions: ['02c0'] }), 'drop over-drift')
})

// Rules: batch-transactions
test('a batch must not have an empty transaction, a deposit, or a type that the active forks do not allow', () => {
  assert.equal(check({ transactions: ['02c0', ''] }), 'drop empty-transaction')
  assert.equal(check({ transactions: ['02c0', '7e'] }), 'drop deposit-in-batch')
  assert.equal(check({ transactions: ['7e'], forks: { lagoon: 0n } }), 'drop deposit-in-batch')
  assert.equal(check({ transactions: ['c0', '01', '02', '03', '05', '7c', '7f', 'ff'] }), 'accept')
})

// Rules: transaction-forks
test('by L2 time, set-code transactions are allowed from Isthmus on, and post-exec transactions from Lagoon on', () => {
  const setCode = (isthmus: bigint) => check({ transactions: ['04'], forks: { isthmus } })
  assert.equal(setCode(26n), 'accept')
  assert.equal(setCode(27n), 'drop set-code-before-isthmus')
  const postExec = (lagoon: bigint) => check({ transactions: ['7d'], forks: { lagoon } })
  assert.equal(postExec(24n), 'accept')
  assert.equal(postExec(27n), 'drop post-exec-before-lagoon')
})
