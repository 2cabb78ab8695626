import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import { channelRules, isActivationBlock, isActive, maxSequencerDrift } from './chain-spec.ts'
import type { HardforkName, HardforkTimes } from './hardforks.ts'

const at = (hardforkTimes: HardforkTimes) => rollupConfig({ hardforkTimes })

// Rules: fork-active
test('a fork is active from its time on', () => {
  const config = at({ canyon: 100n })
  assert.equal(isActive(config, 'canyon', 99n), false)
  assert.equal(isActive(config, 'canyon', 100n), true)
  assert.equal(isActive(config, 'delta', 1_000n), false)
  assert.equal(isActive(config, 'regolith', 100n), true)
})

// Rules: activation-block
test('the activation block is the first block at or after the fork time, and a fork at genesis has no activation block', () => {
  const first = (time: bigint) =>
    [0n, 2n, 98n, 100n, 102n, 104n].filter((timestamp) =>
      isActivationBlock(at({ canyon: time }), 'canyon', timestamp),
    )
  assert.deepEqual(first(100n), [100n])
  assert.deepEqual(first(101n), [102n])
  assert.deepEqual(first(102n), [102n])
  assert.deepEqual(first(0n), [])
  assert.deepEqual(first(1n), [2n])
  assert.deepEqual(first(2n), [2n])
})

/** The channel rules at the activation time of a fork that differ from the rules one second earlier. */
const changeAt = (fork: HardforkName) => {
  const config = at({ [fork]: 100n })
  const [before, after] = [99n, 100n].map((time) => Object.entries(channelRules(config, time)))
  return Object.fromEntries(
    (after ?? []).flatMap(([name, value], index) => {
      const was = before?.[index]?.[1]
      return was === value ? [] : [[name, [was, value]]]
    }),
  )
}

const canyon = { isReadInOrder: [true, false] }
const fjord = {
  maxChannelBankBytes: [100_000_000, 1_000_000_000],
  maxRlpBytesPerChannel: [10_000_000, 100_000_000],
  allowsBrotli: [false, true],
}
const granite = { channelTimeout: [300n, 50n] }

// Rules: channel-rules-by-time, limit-bank
test('the channel rules change exactly at the times of Canyon, Fjord and Granite', () => {
  assert.deepEqual(changeAt('regolith'), {})
  assert.deepEqual(changeAt('canyon'), canyon)
  assert.deepEqual(changeAt('ecotone'), canyon)
  assert.deepEqual(changeAt('fjord'), { ...fjord, ...canyon })
  assert.deepEqual(changeAt('granite'), { ...fjord, ...canyon, ...granite })
  assert.deepEqual(changeAt('lagoon'), { ...fjord, ...canyon, ...granite })
})

test('the maximum sequencer drift is 1,800 s exactly from the time of Fjord on', () => {
  const config = at({ fjord: 100n })
  assert.equal(maxSequencerDrift(config, 99n), 600n)
  assert.equal(maxSequencerDrift(config, 100n), 1_800n)
})
