import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PipelineRun, runPipeline } from '#test/fakes/pipeline-run.ts'

// Holocene begins with L1 block 4, whose time is 48.

const run = (script: string, options: PipelineRun) =>
  runPipeline(script, { hardforkTimes: { granite: 0n, holocene: 48n }, ...options })

// Rules: holocene-transform
test('a channel that is open when Holocene activates is dropped', () => {
  const channels = { a: '13', b: '13' }
  assert.equal(run('@3 a0/2 a1/2', { channels }), '. 13 .')
  assert.equal(run('@3 a0/2 @4 a1/2', { channels }), '. . (frame:no-channel) .')
  assert.equal(run('@3 a0/2 @4 a1/2 b', { channels }), '. . (frame:no-channel) 13 .')
  assert.equal(run('@3 a0/2 @4 a0/2 @5 a1/2', { channels }), '. . . 13 .')
})

// Rules: holocene-transform
test('queued batches are dropped when Holocene activates', () => {
  const channels = { a: '14 15', b: '13', c: '14' }
  assert.equal(run('@3 a b', { channels }), '. 13 14 15 .')
  assert.equal(run('@3 a @4 b', { channels }), '. . 13 .')
  assert.equal(run('@3 a @4 b c', { channels }), '. . 13 14 .')
})

// Rules: holocene-transform
test('L1 blocks read before Holocene are still epochs after it', () => {
  const channels = { a: '13-20', b: '13 14 15 16 17 18 19' }
  assert.equal(run('@3 @4 a', { channels }), '. . 13 14 15 16 17 18 19 20 .')
  assert.equal(run('@3 @4 b', { channels }), '. . 13 14 15 16 17 18 19 .')
})

// Rules: holocene-transform
test('a sequencing window that began before Holocene ends at the same L1 block as without Holocene', () => {
  const options = { channels: {}, config: { sequencingWindow: 2n } }
  assert.equal(run('@3 @4', options), '. . 13 14 15 16 17 .')
})

// Rules: holocene-transform
test('a pipeline that starts after the activation of Holocene uses the rules of Holocene from its first block on', () => {
  const channels = { a: '26', b: '25' }
  const options = { channels, base: '@4', head: { number: 24, epoch: 4 } }
  assert.equal(run('@5 a b', options), '. (batch:timestamp-too-high) 25 .')
  const early = { channels: { a: '14', b: '13' } }
  assert.equal(run('@3 a b', early), '. 13 14 .')
})
