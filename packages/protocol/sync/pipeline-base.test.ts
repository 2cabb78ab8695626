import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HardforkTimes } from '#protocol/chains/hardforks.ts'
import { l2Block } from '#test/fakes/batch-notation.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import { isPipelineBase } from './pipeline-base.ts'

/** Whether the first block of an epoch is a base for a safe head in epoch 100. */
const isBase = (epoch: number, hardforkTimes: HardforkTimes, l1Genesis = 0n) => {
  const { genesis } = rollupConfig({})
  const config = rollupConfig({
    hardforkTimes,
    channelTimeout: 70n,
    genesis: { ...genesis, l1: { ...genesis.l1, number: l1Genesis } },
  })
  const inEpoch = (at: number) => ({ ref: l2Block(6 * at), l1OriginTimestamp: BigInt(12 * at) })
  return isPipelineBase(config, inEpoch(100), inEpoch(epoch))
}

test('a base is a channel timeout below the safe head, and not one L1 block less', () => {
  assert.equal(isBase(30, { fjord: 0n }), true)
  assert.equal(isBase(31, { fjord: 0n }), false)
  assert.equal(isBase(50, { granite: 0n }), true)
  assert.equal(isBase(51, { granite: 0n }), false)
})

test('around Granite the timeout is the longer of those at the base and the safe head', () => {
  assert.equal(isBase(50, { granite: 600n }), true)
  assert.equal(isBase(50, { granite: 601n }), false)
  assert.equal(isBase(30, { granite: 601n }), true)
  assert.equal(isBase(31, { granite: 1_200n }), false)
})

test('there is nothing below a genesis', () => {
  assert.equal(isBase(0, { fjord: 0n }), true)
  assert.equal(isBase(80, { fjord: 0n }, 79n), false)
  assert.equal(isBase(80, { fjord: 0n }, 80n), true)
})
