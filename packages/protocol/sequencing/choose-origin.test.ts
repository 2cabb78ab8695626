import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { HardforkTimes } from '#protocol/chains/hardforks.ts'
import { forksUpTo, testL1Block, testRollup } from '#test/fakes/test-rollup.ts'
import { blockId, hash } from '#test/fakes/values.ts'
import { chooseOrigin, isOriginVisible } from './choose-origin.ts'

/** L1 block 50 at second 600, and the L1 block after it at second 612. */
const current: L1BlockRef = testL1Block(50)
const next: L1BlockRef = testL1Block(51)

interface Given {
  /** Timestamp of the block whose origin is chosen. */
  readonly at: bigint
  readonly current?: L1BlockRef
  readonly next?: L1BlockRef
  readonly mode?: 'normal' | 'recovering'
  readonly forks?: HardforkTimes
}

/** The choice as a line: its kind, and its reason. */
function choose({ at, mode = 'normal', forks = forksUpTo('jovian'), ...given }: Given): string {
  const parent: L2BlockRef = {
    ...blockId(500),
    parentHash: hash(499),
    timestamp: at - 2n,
    l1Origin: blockId(50),
    sequenceNumber: 3n,
  }
  const choice = chooseOrigin({
    config: { ...testRollup, hardforkTimes: forks },
    parent,
    current: given.current ?? current,
    next: given.next,
    isRecovering: mode === 'recovering',
  })
  return 'reason' in choice ? `${choice.kind} ${choice.reason}` : choice.kind
}

test('the next L1 block becomes the origin as soon as the new block is not older than this L1 block', () => {
  assert.equal(choose({ at: 611n, next }), 'current')
  assert.equal(choose({ at: 612n, next }), 'next')
  assert.equal(choose({ at: 613n, next }), 'next')
})

test('while the next L1 block is unknown, blocks keep their origin up to the sequencer drift', () => {
  assert.equal(choose({ at: 602n }), 'current')
  assert.equal(choose({ at: 2_400n }), 'current')
  assert.equal(choose({ at: 2_401n }), 'next-needed drift')
})

test('beyond the drift, a block older than the next origin keeps its origin', () => {
  const late = testL1Block(51, { timestamp: 9_000n })
  assert.equal(choose({ at: 8_999n, next: late }), 'current')
  assert.equal(choose({ at: 9_000n, next: late }), 'next')
})

test('the time of the origin decides whether the drift of Fjord applies', () => {
  const at = (time: bigint, fjord: bigint) =>
    choose({ at: time, forks: forksUpTo('ecotone', { fjord }) })
  assert.equal(at(1_200n, 601n), 'current')
  assert.equal(at(1_201n, 601n), 'next-needed drift')
  assert.equal(at(1_201n, 600n), 'current')
})

test('in recovery mode the next L1 block must be known; if it is, the usual rules apply', () => {
  const mode = 'recovering'
  assert.equal(choose({ at: 602n, mode }), 'next-needed recovering')
  assert.equal(choose({ at: 2_401n, mode }), 'next-needed recovering')
  assert.equal(choose({ at: 611n, mode, next }), 'current')
  assert.equal(choose({ at: 612n, mode, next }), 'next')
})

test('an origin that L1 replaced resets the engine, before anything else is decided', () => {
  const replaced = testL1Block(50, { hash: hash(0x50) })
  assert.equal(choose({ at: 602n, current: replaced }), 'reset origin-orphaned')
  assert.equal(choose({ at: 9_000n, current: replaced, next }), 'reset origin-orphaned')
  const mode = 'recovering'
  assert.equal(choose({ at: 602n, current: replaced, mode }), 'reset origin-orphaned')
})

test('a next L1 block that is not a child of the origin resets the engine', () => {
  const other = testL1Block(51, { parentHash: hash(0x50) })
  assert.equal(choose({ at: 602n, next: other }), 'reset next-origin-orphaned')
  assert.equal(choose({ at: 612n, next: other }), 'reset next-origin-orphaned')
})

test('an L1 block is visible from its confirmation depth on', () => {
  const isVisible = (number: bigint, depth: bigint) =>
    isOriginVisible({ number, l1Head: blockId(100), confirmationDepth: depth })
  assert.equal(isVisible(96n, 4n), true)
  assert.equal(isVisible(97n, 4n), false)
  assert.equal(isVisible(99n, 1n), true)
  assert.equal(isVisible(100n, 1n), false)
})

test('an L1 block is visible if it is the genesis, if the depth is 0, or if the L1 head is unknown', () => {
  const l1Head = blockId(2)
  assert.equal(isOriginVisible({ number: 0n, l1Head, confirmationDepth: 4n }), true)
  assert.equal(isOriginVisible({ number: 1n, l1Head, confirmationDepth: 4n }), false)
  assert.equal(isOriginVisible({ number: 3n, l1Head, confirmationDepth: 0n }), true)
  assert.equal(isOriginVisible({ number: 3n, l1Head: undefined, confirmationDepth: 4n }), true)
})
