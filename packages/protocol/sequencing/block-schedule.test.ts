import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultSealingMs, isLagging, sealAtMs, startAtMs } from './block-schedule.ts'

const blockTime = 2n

/** When building starts, with the parent's timestamp in seconds and the clock in milliseconds. */
const start = (parentTimestamp: bigint, nowMs: number) => startAtMs({ parentTimestamp, nowMs })

/** When a block with this timestamp is sealed. */
const seal = (timestamp: bigint, nowMs: number) =>
  sealAtMs({ timestamp, nowMs, sealingMs: defaultSealingMs })

test('a punctual sequencer builds for one block time, and seals 50 ms before the timestamp of the block', () => {
  assert.equal(start(100n, 100_000), 100_000)
  assert.equal(seal(102n, 100_010), 101_950)
  // The block is inserted 20 ms before its timestamp. The building of the next block waits for that timestamp.
  assert.equal(start(102n, 101_980), 102_000)
  assert.equal(seal(104n, 102_010), 103_950)
})

test('a late sequencer starts and seals at once, until it has caught up with the clock', () => {
  const insertMs = 30
  let nowMs = 104_600
  const rows: string[] = []
  for (let parent = 102n; parent < 110n; parent += blockTime) {
    const startMs = start(parent, nowMs)
    const sealMs = seal(parent + blockTime, startMs)
    rows.push(`${parent + blockTime}: ${startMs} ${sealMs}`)
    nowMs = sealMs + insertMs
  }
  assert.deepEqual(rows, [
    '104: 104600 104600',
    '106: 104630 105950',
    '108: 106000 107950',
    '110: 108000 109950',
  ])
})

test('a sequencer that is several blocks late builds them without a pause', () => {
  for (const parent of [80n, 90n, 96n, 98n]) {
    assert.equal(start(parent, 100_123), 100_123)
    assert.equal(seal(parent + blockTime, 100_123), 100_123)
  }
})

test('building starts one block time before the timestamp at the earliest', () => {
  assert.equal(start(100n, 99_999), 100_000)
  assert.equal(start(100n, 100_000), 100_000)
  assert.equal(start(100n, 100_001), 100_001)
  assert.equal(start(100n, 90_000), 100_000)
  assert.equal(startAtMs({ parentTimestamp: 100n, nowMs: 99_500 }), 100_000)
})

test('a block is sealed at once if less than the sealing time remains', () => {
  assert.equal(seal(102n, 101_949), 101_950)
  assert.equal(seal(102n, 101_950), 101_950)
  assert.equal(seal(102n, 101_951), 101_951)
  assert.equal(seal(102n, 102_001), 102_001)
  assert.equal(sealAtMs({ timestamp: 102n, nowMs: 101_000, sealingMs: 200 }), 101_800)
})

test('building needs an unsafe head that is less than the limit ahead of the safe head', () => {
  const at = (unsafe: bigint, maxSafeLag: bigint) => isLagging({ unsafe, safe: 100n, maxSafeLag })
  assert.equal(at(109n, 10n), false)
  assert.equal(at(110n, 10n), true)
  assert.equal(at(111n, 10n), true)
  assert.equal(at(100n, 1n), false)
  assert.equal(at(101n, 1n), true)
})

test('a limit of 0 allows any distance', () => {
  assert.equal(isLagging({ unsafe: 100n, safe: 100n, maxSafeLag: 0n }), false)
  assert.equal(isLagging({ unsafe: 9_000n, safe: 100n, maxSafeLag: 0n }), false)
})
