import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BatchRun, runBatches } from '#test/fakes/batch-notation.ts'

const run = (script: string, options: Partial<BatchRun> = {}) =>
  runBatches(script, { holocene: true, ...options })

// Rules: stage-order
test('singular batches are returned in order, and each block is safe as soon as it is applied', () => {
  assert.equal(run('@3 13 14 15'), '13 14 15')
})

// Rules: stage-span-blocks
test('a span batch is returned block by block, and each block is safe as soon as it is applied', () => {
  assert.equal(run('@3 13-16'), '13 14 15 16')
})

// Rules: stage-past
test('a past batch is skipped, and its channel continues', () => {
  assert.equal(run('@3 13 13 14'), '13 (past) 14')
  assert.equal(run('@3 13 9-13 14'), '13 (past) 14')
})

// Rules: stage-past
test('a past batch is skipped even if its parent is not the safe head', () => {
  assert.equal(run('@3 12! 13'), '(past) 13')
})

// Rules: stage-order
test('a batch after a gap drops its channel', () => {
  assert.equal(run('@3 14'), 'invalid:timestamp-too-high')
  assert.equal(run('@3 14-15'), 'invalid:timestamp-too-high')
})

// Rules: singular-parent
test('if the parent of a batch is not the safe head, the channel of the batch is dropped', () => {
  assert.equal(run('@3 13!'), 'invalid:other-parent')
  assert.equal(run('@3 13-14!'), 'invalid:other-parent')
})

// Rules: stage-invalid
test('if a block of a span is invalid, the rest of the span is dropped', () => {
  assert.equal(run('@3 13-15+7e'), 'invalid:deposit-in-batch')
  assert.equal(run('@3 13-20/2'), '13 14 15 16 17 18/2 19/2 20/2')
  assert.equal(run('@3 13-15 flush 16'), '13 14 15 16')
})

test('a span that overlaps the safe chain must equal the overlapped blocks', () => {
  assert.equal(run('@3 13+02c0 12-15+02c0'), '13 invalid:overlap-differs')
  assert.equal(run('@3 13 14 12-15'), '13 14 15')
  assert.equal(run('@3 13 14 13-15+02c0'), '13 14 invalid:overlap-differs')
})

// Rules: safe-block-missing
test('a missing block of the safe chain is requested, and the batch is kept until the block arrives', () => {
  assert.equal(run('@3 13 14 12-15', { missing: [11, 12, 14] }), '13 14 ?11 ?12 ?14 15')
})

// Rules: stage-undecided
test('a span that overlaps the genesis block is dropped, since the genesis has no parent', () => {
  const head = { number: 1, epoch: 0 }
  assert.equal(run('@1 0-3 2', { head, base: 0 }), '(parent-of-genesis) 2')
})

// Rules: stage-undecided
test('a span whose last epoch is unknown is dropped, but not its channel', () => {
  assert.equal(run('@3 13-24 13'), '(last-epoch) 13')
})

test('a block beyond the sequencer drift must be empty, and must begin the next epoch if it can', () => {
  const head = { number: 912, epoch: 2 }
  assert.equal(run('@3 912/2+02c0', { head: { number: 911, epoch: 2 } }), '912/2')
  assert.equal(run('@3 913/2+02c0', { head }), 'invalid:over-drift')
  assert.equal(run('@3 913/2', { head }), 'invalid:over-drift')
  assert.equal(run('@3 913/3 914/3+02c0', { head }), '913/3 (before-safe-head)')
  assert.equal(run('@3 @4 913/3+02c0 914/3+02c0', { head }), '913/3 914/3')
})

// Rules: stage-behind
test('batches in L1 blocks up to the L1 origin of the head are ignored', () => {
  const options = { base: 0 }
  assert.equal(
    run('@1 13 . @2 13 . @3 13', options),
    '(before-safe-head) . (before-safe-head) . 13',
  )
})

test('a batch is valid up to the last L1 block of its sequencing window', () => {
  assert.equal(run('@3 @4 @5 13', { window: 3n }), '13')
  assert.equal(run('@3 @4 @5 @6 13', { window: 3n }), 'invalid:included-too-late')
  assert.equal(run('@3 @4 @5 @6 13-14', { window: 3n }), 'invalid:included-too-late')
})

// Rules: empty-epoch-end
test('an epoch whose window is over is filled up with empty blocks', () => {
  assert.equal(run('@3 . @4 . @5 .', { window: 3n }), '. . 13 14 15 16 17 .')
  assert.equal(
    run('@3 . @4 . @5 . @6 .', { window: 3n }),
    '. . 13 14 15 16 17 . 18 19 20 21 22 23 .',
  )
})

// Rules: epoch-has-block
test('an epoch gets one block even if L2 time is already past the start of the next epoch', () => {
  const head = { number: 40, epoch: 2 }
  assert.equal(run('@3 @4 @5 . @6 .', { head, window: 3n }), '. 41/3 .')
})

// Rules: origin-fits
test('derivation is reset if the L1 origin of the head does not match the L1 blocks', () => {
  assert.equal(run("@2' @3", { base: 1 }), 'reset:epoch-of-other-chain')
})

// Rules: stage-safe-start
test('derivation stops if it started after the epoch of its head', () => {
  assert.equal(run('13', { base: 3 }), 'critical:too-few-l1-blocks')
})
