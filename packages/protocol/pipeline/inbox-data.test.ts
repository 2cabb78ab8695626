import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PipelineRun, runPipeline } from '#test/fakes/pipeline-run.ts'

// L1 block n has the time 12 n. A run begins with L1 block 2, its base, and requests L1 block 3.

const run = (script: string, options: PipelineRun) => runPipeline(script, options)

// Rules: batcher-sender
test('only transactions of the batcher are read', () => {
  const channels = { a: '13', b: '13 14' }
  assert.equal(run('@3 a', { channels }), '. 13 .')
  assert.equal(run('@3 B:a B:{a}', { channels }), '. .')
  assert.equal(run('@3 B:a b', { channels }), '. 13 14 .')
})

// Rules: batcher-update
test('a batcher update applies to all transactions of its L1 block', () => {
  const channels = { a: '13', b: '13 14', c: '15' }
  assert.equal(run('@3 >B A:a B:b', { channels }), '. 13 14 .')
  assert.equal(run('@3 A:a B:b >B', { channels }), '. 13 14 .')
  assert.equal(run('@3 B:b A:a >B >C >A', { channels }), '. 13 .')
  assert.equal(run('@3 >B @4 B:b @5 A:c @6 B:c', { channels }), '. . 13 14 . . 15 .')
})

// Rules: batcher-update
test('an invalid update of the batcher has no effect', () => {
  const channels = { a: '13' }
  assert.equal(run('@3 >~ a', { channels }), '. (config-update:topics) 13 .')
  assert.equal(run('@3 >~ >B B:a', { channels }), '. (config-update:topics) 13 .')
})

// Rules: base-batcher
test('in its base block, the pipeline reads the data of the given batcher, and ignores updates of the batcher', () => {
  assert.equal(run('@3', { channels: { a: '13' }, base: '@2 a0/2' }), '. .')
  const channels = { a: '13' }
  assert.equal(run('@3 a1/2', { channels, base: '@2 a0/2' }), '. 13 .')
  assert.equal(run('@3 a1/2', { channels, base: '@2 B:a0/2' }), '. (frame:no-channel) .')
  assert.equal(run('@3 a1/2', { channels, base: '@2 >B a0/2' }), '. 13 .')
})

// Rules: blob-missing
test('a pipeline refuses a base that lacks a blob of the batcher', () => {
  const channels = { a: '13' }
  assert.throws(() => run('@3', { channels, base: '@2 {a,?}' }), RangeError)
  assert.throws(() => run('@3', { channels, base: '@2 {-}' }), RangeError)
  assert.equal(run('@3', { channels, base: '@2 B:{a,?}' }), '. .')
})

// Rules: data-order
test('transactions are read in order, and blobs in the order of their transaction', () => {
  const channels = { a: '13', b: '14', c: '15 16' }
  assert.equal(run('@3 a b c', { channels }), '. 13 14 15 16 .')
  assert.equal(run('@3 {a,b} c', { channels }), '. 13 14 15 16 .')
  assert.equal(run('@3 a {b,c0/2} c1/2', { channels }), '. 13 14 15 16 .')
  assert.equal(run('@3 {a,c1/2,c0/2,b}', { channels }), '. 13 (frame:no-channel) 14 .')
})

// Rules: data-order
test('frames of one transaction are read in order', () => {
  const channels = { a: '13', b: '14' }
  assert.equal(run('@3 a+b', { channels }), '. 13 14 .')
  assert.equal(run('@3 b+a', { channels }), '. (batch:timestamp-too-high) 13 .')
})

// Rules: blob-calldata
test('of a blob transaction, only the blobs are read from Ecotone on, and only the calldata before Ecotone', () => {
  const channels = { a: '13', b: '13 14' }
  const at = (ecotone: bigint) => ({ channels, hardforkTimes: { delta: 0n, ecotone } })
  assert.equal(run('@3 {a}b', at(36n)), '. 13 .')
  assert.equal(run('@3 {a}b', at(37n)), '. 13 14 .')
  assert.equal(run('@3 {?}b', at(37n)), '. 13 14 .')
})

// Rules: malformed-item
test('malformed calldata or a malformed blob is dropped, and the other data is read', () => {
  const channels = { a: '13', b: '14', c: '15' }
  assert.equal(run('@3 a ~ b', { channels }), '. 13 (calldata:malformed) 14 .')
  assert.equal(
    run('@3 ~ a {~,b,~} c', { channels }),
    '. (calldata:malformed) 13 (blob:malformed) 14 (blob:malformed) 15 .',
  )
})

// Rules: malformed-item
test('an empty blob is malformed, since frames begin with a version', () => {
  assert.equal(run('@3 {,a}', { channels: { a: '13' } }), '. (blob:malformed) 13 .')
})

// Rules: blob-missing
test('a block is not read before all blobs of its batcher are available', () => {
  const channels = { a: '13', b: '13 14' }
  assert.equal(run('@3 a {b,?} @4', { channels }), '. needs-blobs:1')
  assert.equal(run('@3 {?,?} {a,?}', { channels }), '. needs-blobs:3')
  assert.equal(run('@3 a B:{?} @4', { channels }), '. 13 . .')
  assert.equal(run('@3 >B a {?} B:b', { channels }), '. 13 14 .')
  assert.equal(run('@3 >B a {?} B:{?}', { channels }), '. needs-blobs:1')
})

// Rules: blob-missing
test('a truncated blob counts as missing', () => {
  assert.equal(run('@3 {a,-}', { channels: { a: '13' } }), '. needs-blobs:1')
})

// Rules: pruning-first
test('from Holocene on frames that cannot continue a channel are removed from their transaction', () => {
  const channels = { a: '13 14', b: '13' }
  const at = (holocene: bigint) => ({ channels, hardforkTimes: { granite: 0n, holocene } })
  assert.equal(run('@3 a0/2+b a1/2', at(36n)), '. 13 (frame:no-channel) .')
  assert.equal(run('@3 a0/2+b a1/2', at(37n)), '. 13 (batch:timestamp-too-low) 14 .')
  assert.equal(run('@3 b+a1/2 a0/2', at(36n)), '. 13 .')
  assert.equal(run('@3 b+a1/2 a0/2', at(37n)), '. 13 (batch:timestamp-too-low) 14 .')
})
