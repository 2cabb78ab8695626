import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flashblockSchedule } from './schedule.ts'

const blockOfOneSecond = { blockTimeMs: 1_000, intervalMs: 200, sendOffsetMs: 0, endBufferMs: 0 }

// Source: op-rbuilder, builder/timing.rs
for (const [remainingMs, sendOffsetMs, endBufferMs, want] of [
  [1_000, 0, 0, [200, 400, 600, 800, 1_000]],
  [880, 0, 0, [80, 280, 480, 680, 880]],
  [300, 0, 0, [100, 300]],
  [800, -20, 50, [180, 380, 580, 730]],
  [400, -30, 50, [170, 320]],
  [200, 0, 200, [0]],
  [-500, 0, 0, [0]],
] as const)
  test(`with ${remainingMs} ms left, an offset of ${sendOffsetMs} ms and a buffer of ${endBufferMs} ms, flashblocks begin at ${want.join(', ')} ms`, () => {
    const times = { ...blockOfOneSecond, sendOffsetMs, endBufferMs }
    assert.deepEqual(flashblockSchedule(times, remainingMs), want)
  })

test('a schedule has at most the flashblocks of a whole block, also if the build begins early', () => {
  const times = { ...blockOfOneSecond, blockTimeMs: 2_000, intervalMs: 250 }
  assert.deepEqual(
    flashblockSchedule(times, 5_000),
    [250, 500, 750, 1_000, 1_250, 1_500, 1_750, 2_000],
  )
})
