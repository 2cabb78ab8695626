import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { HardforkTimes } from '#protocol/chains/hardforks.ts'
import { l1Block, l2Block, parseBatch } from '#test/fakes/batch-notation.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import type { SafeBlock } from './batch-verdict.ts'
import { checkSpanBatch, checkSpanBatchHolocene } from './span-batch-validity.ts'

/** Changes to the default context, which has safe head 12 (the first block of epoch 2) and the L1 blocks 2 to 4. */
interface Case {
  readonly included?: number
  readonly forks?: HardforkTimes
  readonly l1Blocks?: readonly L1BlockRef[]
  readonly head?: number
  readonly change?: (timestamp: bigint) => bigint
  readonly safeBlock?: (number: bigint) => SafeBlock | undefined
}

const epochs = (...numbers: number[]) => numbers.map((number) => l1Block(number))
const known = (number: bigint): SafeBlock => ({
  ref: l2Block(Number(number)),
  transactions: [Uint8Array.of(0x7e)],
})

/** The verdict on a span in the notation of {@link parseBatch}, with Holocene active if `holocene` is set. */
function check(word: string, given: Case & { readonly holocene?: true } = {}): string {
  const { included = 4, l1Blocks = epochs(2, 3, 4), head = 12, safeBlock = known } = given
  const batch = parseBatch(word)
  assert.ok(batch.kind === 'span')
  const { change = (timestamp) => timestamp } = given
  const blocks = [...batch.batch.blocks].map((block) => ({
    ...block,
    timestamp: change(block.timestamp),
  }))
  const context = {
    config: rollupConfig({
      sequencingWindow: 10n,
      hardforkTimes: given.forks ?? (given.holocene ? { holocene: 0n } : { delta: 0n }),
    }),
    l1Blocks,
    safeHead: l2Block(head),
    inclusion: l1Block(included),
    safeBlock,
  }
  const judge = given.holocene ? checkSpanBatchHolocene : checkSpanBatch
  const verdict = judge({ ...batch.batch, blocks }, context)
  return 'reason' in verdict ? `${verdict.kind} ${verdict.reason}` : verdict.kind
}

// Rules: span-l1-known
test('the L1 blocks must reach from the first epoch to the last', () => {
  assert.equal(check('13-20', { l1Blocks: [] }), 'undecided no-l1-blocks')
  assert.equal(check('18-20', { head: 17, l1Blocks: epochs(2) }), 'undecided next-epoch')
  assert.equal(check('13-20', { l1Blocks: epochs(2) }), 'undecided last-epoch')
  assert.equal(check('13-20', { l1Blocks: epochs(2, 3) }), 'accept')
})

// Rules: span-delta
test('Delta must be active at the first epoch', () => {
  assert.equal(check('13-14', { forks: { delta: 24n } }), 'accept')
  assert.equal(check('13-14', { forks: { delta: 25n } }), 'drop before-delta')
  assert.equal(check('18-20', { head: 17, forks: { delta: 36n } }), 'accept')
  assert.equal(check('18-20', { head: 17, forks: { delta: 37n } }), 'drop before-delta')
})

// Rules: span-reach
test('a span must begin at the next block at the latest, and end after the head', () => {
  assert.equal(check('14-15'), 'future')
  assert.equal(check('14-15', { holocene: true }), 'drop timestamp-too-high')
  assert.equal(check('11-12'), 'drop timestamp-too-low')
  assert.equal(check('11-12', { holocene: true }), 'past')
  assert.equal(check('13-15'), 'accept')
  assert.equal(check('11-13'), 'accept')
})

// Rules: span-times
test('the timestamps of a span must be aligned with blocks', () => {
  const late = (timestamp: bigint) => timestamp + 1n
  assert.equal(check('12-14', { change: late }), 'drop timestamp-misaligned')
  assert.equal(check('11-14', { change: late }), 'drop timestamp-misaligned')
})

// Rules: span-parent
test('the parent of a span is the block before its first block, and must be available', () => {
  assert.equal(check('13-14!'), 'drop other-parent')
  assert.equal(check('11-14!'), 'drop other-parent')
  assert.equal(check('11-14', { safeBlock: () => undefined }), 'needs-block')
})

// Rules: span-window
test('a span may be included until the end of the sequencing window of its first epoch, and not one L1 block later', () => {
  for (const holocene of [{}, { holocene: true } as const]) {
    assert.equal(check('13-20', { included: 12, ...holocene }), 'accept')
    assert.equal(check('13-20', { included: 13, ...holocene }), 'drop included-too-late')
    assert.equal(check('11-20', { included: 12, ...holocene }), 'drop included-too-late')
  }
})

// Rules: span-first-epoch
test('the first epoch of a span is the epoch of the parent or the next epoch', () => {
  for (const holocene of [{}, { holocene: true } as const])
    assert.equal(check('13-14/1', { ...holocene, l1Blocks: epochs(1, 2, 3) }), 'drop epoch-too-old')
  assert.equal(check('13-14/4'), 'drop epoch-too-far-ahead')
  assert.equal(check('13-14/3', { holocene: true }), 'accept')
})

// Rules: span-last-epoch
test('the hash of the last epoch must equal the hash of its L1 block', () => {
  const l1Blocks = [l1Block(2), l1Block(3, 1), l1Block(4)]
  assert.equal(check('13-20', { l1Blocks }), 'drop epoch-of-other-chain')
  assert.equal(check('13-20', { l1Blocks, holocene: true }), 'drop epoch-of-other-chain')
  // Only the hash of the last epoch is checked.
  assert.equal(check('13-24', { l1Blocks }), 'accept')
})

// Rules: span-whole
test('before Holocene the check of a span includes its new blocks, from Holocene on it does not', () => {
  for (const [word, reason] of [
    ['13-14/3', 'epoch-before-l1-origin'],
    ['13-14+7e', 'deposit-in-batch'],
    ['13-14+', 'empty-transaction'],
    ['13-14+04', 'set-code-before-isthmus'],
    ['13-14+7d', 'post-exec-before-lagoon'],
    ['13-320/2+02c0', 'over-drift'],
  ] as const) {
    assert.equal(check(word), `drop ${reason}`)
    assert.equal(check(word, { holocene: true }), 'accept')
  }
})

// Rules: span-whole
test('a block with transactions may be ahead of its epoch by the sequencer drift, and not one second more', () => {
  assert.equal(check('13-312/2+02c0'), 'accept')
  assert.equal(check('13-313/2+02c0'), 'drop over-drift')
})

// Rules: span-whole
test('an empty block over the drift begins the next epoch as soon as it can', () => {
  const next = (timestamp: bigint) => [l1Block(2), { ...l1Block(3), timestamp }]
  assert.equal(check('13-313/2', { l1Blocks: next(627n) }), 'accept')
  assert.equal(check('13-313/2', { l1Blocks: next(626n) }), 'drop over-drift')
  assert.equal(check('13-313/2', { l1Blocks: epochs(2) }), 'undecided next-epoch')
})

// Rules: span-overlap
test('the blocks of a span that overlap the safe chain must equal the safe blocks', () => {
  const other = (changed: bigint, change: Partial<SafeBlock>) => (number: bigint) =>
    number === changed ? { ...known(number), ...change } : known(number)
  const extra = { transactions: [Uint8Array.of(0x7e), Uint8Array.of(2)] }
  const epoch = { ref: l2Block(12, 1) }
  for (const holocene of [{}, { holocene: true } as const]) {
    assert.equal(check('10-14', holocene), 'accept')
    for (const number of [10n, 11n, 12n])
      assert.equal(
        check('10-14', { ...holocene, safeBlock: other(number, extra) }),
        'drop overlap-differs',
      )
    assert.equal(check('10-14', { ...holocene, safeBlock: other(9n, extra) }), 'accept')
    assert.equal(
      check('10-14', { ...holocene, safeBlock: other(12n, epoch) }),
      'drop overlap-differs',
    )
    const deposits = { transactions: [Uint8Array.of(0x7e), Uint8Array.of(0x7e, 1)] }
    assert.equal(check('10-14', { ...holocene, safeBlock: other(11n, deposits) }), 'accept')
  }
})

// Rules: span-overlap
test('the blocks of a span that overlap the safe chain are not checked by the rules for new blocks', () => {
  // L1 block 2 is not among the known L1 blocks, so no new block may have epoch 2. The overlapping block 17 may.
  assert.equal(check('17-20', { head: 17, l1Blocks: epochs(3, 4) }), 'accept')
  assert.equal(check('17-20/2', { head: 17, l1Blocks: epochs(3, 4) }), 'undecided last-epoch')
})
