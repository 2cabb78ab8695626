import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { flawOfL1Block, flawOfL1Receipts } from '#l1/verify-l1-block.ts'
import { parseL1Block, parseL1Receipts } from '#l1/unverified-l1-block.ts'
import { requireFile } from '#records/folder/read-lines.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { alternativeBranch } from './alternative-branch.ts'
import { readReplayedChain } from './replay-record.ts'
import { type Growth, replayViews } from './replay-views.ts'

const folder = join(recordsFolder, 'deposits-and-config')
/** Blocks 0 to 27, 12 s apart. */
const chain = await readReplayedChain(requireFile(folder, 'l1.ndjson'), (json) => json)
const { blocks } = chain
const growth: Growth = { speed: 12, safeLag: 2n, finalizedLag: 4n, reorgs: [] }

/** Each view as `second: head safe finalized`, and the first block of its branch. */
function viewsOf(options: Partial<Growth>): readonly string[] {
  return replayViews(blocks, { ...growth, ...options }).map(({ atMs, view }) => {
    const { head, safe, finalized, branch } = view
    const forked = branch.length === 0 ? '' : ` from ${branch[0]?.number}`
    return `${atMs / 1_000}: ${head} ${safe} ${finalized}${forked}`
  })
}

test('each block appears at its time, and the lagging labels reach the head at the end', () => {
  assert.equal(blocks.length, 28)
  const views = viewsOf({})
  assert.deepEqual(views.slice(0, 6), [
    '0: 0 0 0',
    '1: 1 0 0',
    '2: 2 0 0',
    '3: 3 1 0',
    '4: 4 2 0',
    '5: 5 3 1',
  ])
  assert.deepEqual(views.slice(-5), [
    '27: 27 25 23',
    '28: 27 26 24',
    '29: 27 27 25',
    '30: 27 27 26',
    '31: 27 27 27',
  ])
})

test('at half the speed the views take twice as long, and at unlimited speed the whole chain is visible from the start', () => {
  assert.equal(viewsOf({ speed: 6 })[5], '10: 5 3 1')
  assert.deepEqual(viewsOf({ speed: 0 }), ['0: 27 27 27'])
})

const reorg = { depth: 3n, block: 10n, stay: 2n }

test('a reorg replaces the last blocks temporarily, and no replacement block is safe', () => {
  assert.deepEqual(viewsOf({ reorgs: [reorg] }).slice(9, 15), [
    '9: 9 7 5',
    '10: 10 8 6',
    '11: 11 7 7 from 8',
    '12: 12 7 7 from 8',
    '13: 13 11 9',
    '14: 14 12 10',
  ])
  assert.deepEqual(viewsOf({ speed: 0, reorgs: [reorg] }), [
    '0: 10 8 6',
    '1: 11 7 7 from 8',
    '2: 12 7 7 from 8',
    '3: 27 27 27',
  ])
})

for (const [name, wrong, reason] of [
  ['before the record', { ...reorg, depth: 11n }, /does not fit into the record/],
  ['beyond the record', { ...reorg, block: 26n }, /does not fit into the record/],
  ['of final blocks', { ...reorg, depth: 5n }, /would replace final blocks/],
] as const)
  test(`a reorg ${name} is refused`, () => {
    assert.throws(() => viewsOf({ reorgs: [wrong] }), { code: 'settings', message: reason })
  })

test('a reorg may replace all blocks above the finalized block', () => {
  assert.ok(viewsOf({ reorgs: [{ ...reorg, depth: 4n }] }).includes('11: 11 6 6 from 7'))
})

test('blocks of the other branch are valid and have other hashes', () => {
  const branch = alternativeBranch(blocks.slice(5, 12), 'other')
  assert.equal(branch[0]?.parentHash, blocks[4]?.hash)
  for (const [at, { json, receipts, hash, parentHash }] of branch.entries()) {
    const block = parseL1Block(json)
    assert.equal(block.hash, hash)
    assert.equal(flawOfL1Block(block), undefined)
    assert.equal(flawOfL1Receipts(block, parseL1Receipts(receipts, block)), undefined)
    assert.notEqual(hash, blocks[5 + at]?.hash)
    if (at > 0) assert.equal(parentHash, branch[at - 1]?.hash)
  }
})
