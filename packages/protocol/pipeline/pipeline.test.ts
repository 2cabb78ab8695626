import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HardforkTimes } from '#protocol/chains/hardforks.ts'
import { type PipelineRun, runPipeline } from '#test/fakes/pipeline-run.ts'

// L1 block n has the time 12 n, L2 block n the time 2 n; a run begins with L2 block 12 and L1 block 2.

const run = (script: string, options: PipelineRun) => runPipeline(script, options)
const before = { granite: 0n }

/** Notation of empty L1 blocks, from one number to another. */
const empty = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => `@${from + at}`).join(' ')

// Rules: l1-parent
test('an L1 block that is not the child of the one before it causes a reset', () => {
  const channels = { a: '13' }
  assert.equal(run('@3 @4 a', { channels }), '. . 13 .')
  assert.equal(run("@3 @4' a", { channels }), '. . reset:l1-parent-hash')
  assert.equal(run("@3' a", { channels }), '. reset:l1-parent-hash')
  assert.equal(run('@3 @5 a', { channels }), '. . reset:l1-parent-hash')
  assert.equal(run('@3 @3 a', { channels }), '. . reset:l1-parent-hash')
})

// Rules: l1-read-whole
test('the next L1 block is requested when all data before it is read', () => {
  const channels = { a: '13 14', b: '15-16', c: '17 18' }
  assert.equal(run('@3 a b c @4', { channels }), '. 13 14 15 16 17 18 . .')
  assert.equal(run('@3 a b c @4', { channels, hardforkTimes: before }), '. 13 14 15.. 16 17 18 . .')
})

// Rules: window-over
test('empty blocks fill an epoch only after all data of its sequencing window is read', () => {
  const channels = { a: '13 14', b: '15', c: '13' }
  const config = { sequencingWindow: 2n }
  for (const hardforkTimes of [before, { holocene: 0n }]) {
    const options = { channels, config, hardforkTimes }
    assert.equal(run('@3 @4 a b', options), '. . 13 14 15 16 17 .')
    assert.equal(run('@3 @4', options), '. . 13 14 15 16 17 .')
    assert.equal(run('@3', options), '. .')
  }
})

// Rules: channel-rules-by-time, channel-timeout
test('the number of the L1 block that is being read decides whether a channel times out', () => {
  const channels = { a: '13' }
  const config = { sequencingWindow: 1_000n, channelTimeout: 60n }
  const lastAt = (at: number, hardforkTimes: HardforkTimes) =>
    run(`@3 a0/2 ${empty(4, at - 1)} @${at} a1/2`, { channels, config, hardforkTimes })
      .replace(/^(\. )*/, '')
      .replaceAll(' .', '')
  assert.equal(lastAt(53, { holocene: 0n }), '13')
  assert.equal(lastAt(54, { holocene: 0n }), '(frame:timed-out)')
  assert.equal(lastAt(53, before), '13')
  assert.equal(lastAt(54, before), '(channel:timed-out)')
  assert.equal(lastAt(63, { fjord: 0n }), '13')
  assert.equal(lastAt(64, { fjord: 0n }), '(channel:timed-out)')
  // From Granite on, the shorter timeout also applies to a channel that was opened before.
  assert.equal(lastAt(58, { fjord: 0n, granite: 12n * 59n }), '13')
  assert.equal(lastAt(59, { fjord: 0n, granite: 12n * 59n }), '(channel:timed-out)')
})

// Rules: channel-rules-by-time
test('a channel waits for the channels opened before it if the time of the L1 block is before Canyon', () => {
  const channels = { a: '13', b: '14' }
  const at = (canyon: bigint) => ({ channels, hardforkTimes: { regolith: 0n, canyon } })
  assert.equal(run('@3 a0/2 b @4 a1/2', at(100n)), '. . 13 14 .')
  assert.equal(run('@3 b0/2 a @4 b1/2', at(49n)), '. . 13 14 .')
  assert.equal(run('@3 b0/2 a @4 b1/2', at(48n)), '. . 13 14 .')
  assert.equal(run('@3 b0/2 a @4 b1/2', at(36n)), '. 13 . 14 .')
})

// Rules: stage-invalid
test('from Holocene on, if a batch is invalid, the rest of its channel is dropped', () => {
  const channels = { a: '13 14! 14', b: '14' }
  const at = (holocene: bigint) => ({ channels, hardforkTimes: { granite: 0n, holocene } })
  assert.equal(run('@3 a', at(37n)), '. 13 (batch:other-parent) 14 .')
  assert.equal(run('@3 a', at(36n)), '. 13 (batch:other-parent) .')
  assert.equal(run('@3 a b', at(36n)), '. 13 (batch:other-parent) 14 .')
})

// Rules: stage-past
test('if a batch is past, only this batch is dropped', () => {
  const channels = { a: '13 13! 14', b: '13-14 15' }
  assert.equal(run('@3 a b', { channels }), '. 13 (batch:past) 14 (batch:past) 15 .')
})

// Rules: stage-invalid
test('an invalid batch does not drop frames that are not read yet', () => {
  const channels = { a: '13!', c: '13 14' }
  assert.equal(run('@3 a+c0/2 c1/2', { channels }), '. (batch:other-parent) 13 14 .')
})

// Rules: malformed-batch
test('if a batch is malformed, the rest of its channel is dropped', () => {
  const channels = { a: '13 ~ 14', b: '14' }
  for (const hardforkTimes of [before, { holocene: 0n }])
    assert.equal(run('@3 a b', { channels, hardforkTimes }), '. 13 (batch:malformed) 14 .')
})

// Rules: span-before-delta
test('a span batch is valid only if Delta is active at the L1 block being read, and at the epoch of the span', () => {
  const channels = { a: '13-14 13', b: '13-14' }
  const at = (delta: bigint) => ({ channels, hardforkTimes: { canyon: 0n, delta } })
  assert.equal(run('@3 a', at(37n)), '. (batch:span-before-delta) 13 .')
  assert.equal(run('@3 a', at(25n)), '. (batch:before-delta) 13 .')
  assert.equal(run('@3 b', at(24n)), '. 13.. 14 .')
})

// Rules: deposits-only
test('if a deposits-only block replaces a block, the rest of the span and of the channel is dropped', () => {
  const channels = { a: '13-15 16', b: '13 14+02c0 15', c: '15 16' }
  assert.equal(run('@3 a c', { channels, refused: [14] }), '. 13 14x 15 16 .')
  assert.equal(run('@3 a', { channels, refused: [14] }), '. 13 14x .')
  assert.equal(run('@3 b', { channels, refused: [14] }), '. 13 14x .')
  assert.equal(run('@3 b c', { channels, refused: [14] }), '. 13 14x 15 16 .')
})

// Rules: deposits-only
test('a deposits-only block does not drop frames that are not read yet', () => {
  const channels = { a: '13', b: '14' }
  assert.equal(run('@3 a+b', { channels, refused: [13] }), '. 13x 14 .')
  assert.equal(run('@3 a+b0/2 b1/2', { channels, refused: [13] }), '. 13x 14 .')
})

// Rules: span-overlap
test('a span that overlaps a deposits-only block is invalid', () => {
  const channels = { a: '13 14+02c0', b: '14+02c0 15', c: '15' }
  assert.equal(
    run('@3 a b c', { channels, refused: [14] }),
    '. 13 14x (batch:past) 15 (batch:past) .',
  )
})

// Rules: span-revoked
test('before Holocene a refused block revokes the earlier blocks of its span', () => {
  const channels = { a: '13-16', b: '13 14', c: '13-17' }
  const options = { channels, refused: [14], hardforkTimes: before }
  assert.equal(run('@3 a', options), '. 13.. 14x.. .')
  assert.equal(run('@3 a b', options), '. 13.. 14x.. 13 14 .')
  assert.equal(run('@3 a c', options), '. 13.. 14x.. 13.. 14.. 15.. 16.. 17 .')
})

// Rules: safe-block-missing
test('a missing block of the safe chain is requested, and no data is lost', () => {
  const channels = { a: '13 14', b: '12-15 16' }
  for (const hardforkTimes of [before, { holocene: 0n }]) {
    const said = run('@3 a b', { channels, hardforkTimes, missing: [11, 12, 14] })
    assert.equal(said.replace('15..', '15'), '. 13 14 ?11 ?12 ?14 15 16 .')
  }
})

// Rules: deposit-malformed
test('a malformed deposit stops derivation at the first block of its epoch', () => {
  const channels = { a: '13-18' }
  assert.equal(run('@3 a ! @4', { channels }), '. 13 14 15 16 17 critical:malformed-deposit')
})

// Rules: queue-behind
test('a batch in an L1 block before the L1 origin of the head is dropped, but a frame in the L1 block of this origin stays in its channel', () => {
  const channels = { a: '25', b: '25' }
  const head = { number: 24, epoch: 4 }
  const options = { channels, head }
  assert.equal(run('@3 a @4 b0/2 @5 b1/2', options), '. (batch:before-safe-head) . . 25 .')
  assert.equal(
    run('@3 a @4 b0/2 @5 b1/2', { ...options, hardforkTimes: before }),
    '. (batch:before-safe-head) . . 25 .',
  )
})

// Rules: stage-behind
test('before Holocene a channel that ends in the L1 block of the head’s epoch is used', () => {
  const options = { channels: { a: '13' } }
  assert.equal(run('', { ...options, base: '@2 a' }), '(batch:before-safe-head) .')
  assert.equal(run('', { ...options, base: '@2 a', hardforkTimes: before }), '13 .')
})
