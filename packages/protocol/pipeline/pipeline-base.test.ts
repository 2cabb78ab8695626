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
  const candidate = { ref: l2Block(6 * epoch), l1OriginTimestamp: BigInt(12 * epoch) }
  return isPipelineBase(config, l2Block(600), candidate)
}

test('a base is a channel timeout below the safe head, and not one L1 block less', () => {
  assert.equal(isBase(30, { fjord: 0n }), true)
  assert.equal(isBase(31, { fjord: 0n }), false)
  assert.equal(isBase(50, { granite: 0n }), true)
  assert.equal(isBase(51, { granite: 0n }), false)
})

test('the timeout is that of the base', () => {
  assert.equal(isBase(50, { granite: 600n }), true)
  assert.equal(isBase(50, { granite: 601n }), false)
})

test('there is nothing below a genesis', () => {
  assert.equal(isBase(0, { fjord: 0n }), true)
  assert.equal(isBase(80, { fjord: 0n }, 79n), false)
  assert.equal(isBase(80, { fjord: 0n }, 80n), true)
})
