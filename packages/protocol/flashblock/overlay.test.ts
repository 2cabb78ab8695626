import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hash } from '#protocol/primitives.ts'
import { filledHash } from '#test/fakes/flashblocks.ts'
import {
  addFlashblock,
  continueAt,
  emptyOverlay,
  followCanonical,
  maxBlocksAhead,
  maxEarlyIndices,
  maxOverlayBlocks,
  nameBlock,
  type Overlay,
  type OverlayFlashblock,
} from './overlay.ts'

/** The hash of block `number` after flashblock `index`; block 0 is the canonical head. */
const hashOf = (number: number, index: number) => filledHash(16 * number + index)

/** Each block has flashblocks 0, 1 and 2. */
const lastIndex = 2
const canonicalHash = (number: number) => hashOf(number, lastIndex)

/** Each flashblock adds one transaction. */
const transactionOf = (number: number, index: number): Hash =>
  `0x${(1_000 * number + index).toString(16).padStart(64, '0')}` as Hash

function flashblock(number: number, index: number): OverlayFlashblock {
  return {
    number: BigInt(number),
    index,
    parentHash: index === 0 ? canonicalHash(number - 1) : undefined,
    blockHash: hashOf(number, index),
    transactions: [transactionOf(number, index)],
  }
}

function canonical(number: number, transactions = transactionsOf(number)) {
  return { number: BigInt(number), hash: canonicalHash(number), transactions }
}

const transactionsOf = (number: number) =>
  [0, 1, 2].map((index) => transactionOf(number, index)).slice(0, number === 0 ? 0 : 3)

/** Adds flashblocks in the notation `1.0`: block 1, index 0. The last outcome, and the blocks that `pending` shows. */
function run(text: string, start: Overlay = emptyOverlay(canonical(0))) {
  let overlay = start
  let outcome = ''
  for (const place of text.split(' ').filter((word) => word !== '')) {
    const [number = 0, index = 0] = place.split('.').map(Number)
    ;[overlay, outcome] = addFlashblock(overlay, flashblock(number, index))
  }
  return { overlay, outcome, shows: shown(overlay) }
}

const shown = ({ blocks }: Overlay) =>
  blocks.map(({ number, index }) => `${number}.${index}`).join(' ')

for (const [what, text, outcome, shows] of [
  ['the next index', '1.0 1.1', 'applied', '1.1'],
  ['the first index of the next block', '1.0 1.1 1.2 2.0', 'applied', '1.2 2.0'],
  ['an index that is there', '1.0 1.1 1.0', 'repeated', '1.1'],
  ['an index of a lower block that is there', '1.0 1.1 1.2 2.0 1.1', 'repeated', '1.2 2.0'],
  ['a gap', '1.0 1.2', 'cleared-gap', ''],
  ['an index of another block', '1.0 3.1', 'cleared-other-block', ''],
  ['a first index far ahead', `1.0 ${Number(maxBlocksAhead) + 1}.0`, 'ignored', '1.0'],
  ['a first index whose parent is not known', '3.0', 'kept-early', ''],
  ['an index without its predecessors', '1.1', 'ignored', ''],
  ['a block that is canonical', '0.0', 'ignored', ''],
] as const)
  test(`${what}: ${outcome}`, () => {
    const got = run(text)
    assert.equal(got.outcome, outcome)
    assert.equal(got.shows, shows)
  })

test('a pending block has the number of transactions up to each index', () => {
  assert.deepEqual(run('1.0 1.1 1.2').overlay.blocks[0]?.counts, [1, 2, 3])
})

test('after a gap, nothing is shown until a block begins', () => {
  assert.equal(run('1.0 1.2 1.3').shows, '')
  assert.equal(run('1.0 1.2 1.0').shows, '1.0')
})

test('a block that begins again with other contents replaces the first one', () => {
  const { overlay } = run('1.0 1.1')
  const other = { ...flashblock(1, 0), blockHash: filledHash(0xee), transactions: [] }
  const [next, outcome] = addFlashblock(overlay, other)
  assert.equal(outcome, 'applied')
  assert.equal(shown(next), '1.0')
  assert.deepEqual(next.blocks[0]?.transactions, [])
})

test('another flashblock of an index that is there shows that there are two builders: nothing is shown', () => {
  const { overlay } = run('1.0 1.1 1.2')
  const [next, outcome] = addFlashblock(overlay, {
    ...flashblock(1, 1),
    blockHash: filledHash(0xee),
  })
  assert.equal(outcome, 'cleared-other-block')
  assert.equal(shown(next), '')
})

test('a newer builder continues the block at an index that is there', () => {
  const { overlay } = run('1.0 1.1 1.2')
  const other = { ...flashblock(1, 1), blockHash: filledHash(0xee), transactions: [] }
  const [next, outcome] = addFlashblock(continueAt(overlay, other), other)
  assert.deepEqual([outcome, shown(next)], ['applied', '1.1'])
  assert.deepEqual(next.blocks[0]?.hashes, [hashOf(1, 0), filledHash(0xee)])
  assert.deepEqual(next.blocks[0]?.transactions, [transactionOf(1, 0)])
  assert.deepEqual(next.blocks[0]?.counts, [1, 1])
  // The same flashblock, the next index, index 0 and another block drop nothing.
  for (const same of [flashblock(1, 1), flashblock(1, 3), { ...other, index: 0 }, flashblock(2, 1)])
    assert.equal(continueAt(overlay, same), overlay)
})

test('more blocks than the limit clear the overlay', () => {
  const blocks = Array.from(
    { length: maxOverlayBlocks },
    (_, at) => `${at + 1}.0 ${at + 1}.1 ${at + 1}.2`,
  )
  const full = run(blocks.join(' '))
  assert.equal(full.overlay.blocks.length, maxOverlayBlocks)
  const { outcome } = run(`${maxOverlayBlocks + 1}.0`, full.overlay)
  assert.equal(outcome, 'cleared-other-block')
})

test('a canonical block removes its flashblocks and keeps those of later blocks', () => {
  const { overlay } = run('1.0 1.1 1.2 2.0 2.1')
  const followed = followCanonical(overlay, canonical(1))
  assert.deepEqual([followed.kind, followed.lost, shown(followed.overlay)], ['kept', [], '2.1'])
  const caughtUp = followCanonical(followed.overlay, canonical(3))
  assert.deepEqual([caughtUp.kind, shown(caughtUp.overlay)], ['caught-up', ''])
})

test('a canonical block without a transaction of its flashblocks is a reorg, and names the transaction', () => {
  const { overlay } = run('1.0 1.1 1.2 2.0')
  const block = { ...canonical(1, transactionsOf(1).slice(0, 2)), hash: filledHash(0xee) }
  const { kind, lost, overlay: next } = followCanonical(overlay, block)
  assert.deepEqual([kind, lost, shown(next)], ['reorg', [transactionOf(1, 2)], ''])
})

test('a canonical block with further transactions keeps the promises, but the next block does not go on from it', () => {
  const { overlay } = run('1.0 1.1')
  const block = canonical(1, [...transactionsOf(1), transactionOf(9, 9)])
  assert.deepEqual(followCanonical(overlay, block).lost, [])
})

test('a first flashblock that was early is shown when its parent is canonical', () => {
  const { overlay } = run('2.0 3.0')
  assert.equal(overlay.early.length, 2)
  const { overlay: next, kind } = followCanonical(overlay, canonical(1))
  assert.deepEqual([kind, shown(next)], ['kept', '2.0'])
  assert.deepEqual(
    next.early.map(({ number }) => number),
    [3n],
  )
})

test('a block that is early is shown up to the newest index that came, if none is missing', () => {
  const early = run('2.0 2.1 2.1')
  assert.deepEqual([early.outcome, early.shows], ['repeated', ''])
  assert.equal(run('2.3', early.overlay).outcome, 'ignored')
  const { overlay } = run('2.2 3.0 3.1', early.overlay)
  assert.equal(shown(followCanonical(overlay, canonical(1)).overlay), '2.2 3.1')
})

test('of a block that is early, a limited number of indices is kept', () => {
  const indices = Array.from({ length: maxEarlyIndices + 1 }, (_, index) => `2.${index}`)
  const { outcome, overlay } = run(indices.join(' '))
  assert.equal(outcome, 'ignored')
  assert.equal(overlay.early.length, maxEarlyIndices)
})

test('an index that gets its hash keeps its place, also while its block is early', () => {
  const [from, to] = [hashOf(1, 1), filledHash(0xab)]
  const { overlay } = run('1.0 1.1 1.2')
  const named = nameBlock(overlay, { from, to })
  assert.deepEqual(named.blocks[0]?.hashes, [hashOf(1, 0), to, hashOf(1, 2)])
  assert.equal(named.blocks[0]?.blockHash, hashOf(1, 2))
  const early = nameBlock(run('2.0').overlay, { from: hashOf(2, 0), to })
  assert.equal(early.early[0]?.blockHash, to)
  assert.equal(nameBlock(overlay, { from: filledHash(0xcd), to }), overlay)
})
