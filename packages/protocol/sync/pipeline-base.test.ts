import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HardforkTimes } from '#protocol/chains/hardforks.ts'
import { l2Block } from '#test/fakes/batch-notation.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import { findPipelineBase, isPipelineBase, searchHeld } from './pipeline-base.ts'

/** Whether the first L2 block of an epoch can be the base of a pipeline whose safe head is in epoch 100. */
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

// Rules: pipeline-base
test('a base is at least a channel timeout below the safe head', () => {
  assert.equal(isBase(30, { fjord: 0n }), true)
  assert.equal(isBase(31, { fjord: 0n }), false)
  assert.equal(isBase(50, { granite: 0n }), true)
  assert.equal(isBase(51, { granite: 0n }), false)
})

// Rules: pipeline-base
test('around Granite the longer of the timeouts at the base and at the safe head applies', () => {
  assert.equal(isBase(50, { granite: 600n }), true)
  assert.equal(isBase(50, { granite: 601n }), false)
  assert.equal(isBase(30, { granite: 601n }), true)
  assert.equal(isBase(31, { granite: 1_200n }), false)
})

// Rules: pipeline-base
test('the genesis is always a base', () => {
  assert.equal(isBase(0, { fjord: 0n }), true)
  assert.equal(isBase(80, { fjord: 0n }, 79n), false)
  assert.equal(isBase(80, { fjord: 0n }, 80n), true)
})

/** The first L2 block of an epoch; each epoch has six. */
const candidate = (epoch: number) => ({
  ref: l2Block(6 * epoch),
  l1OriginTimestamp: BigInt(12 * epoch),
})

/** The base that a search finds for a safe head in epoch `safe`, and the number of blocks that it read. */
function search(safe: number, hardforkTimes: HardforkTimes, lowest?: bigint) {
  let reads = 0
  const base = searchHeld(
    findPipelineBase(rollupConfig({ hardforkTimes, channelTimeout: 70n }), candidate(safe), {
      lowest,
    }),
    (number) => {
      reads++
      const ref = l2Block(Number(number))
      return { ref, l1OriginTimestamp: ref.l1Origin.number * 12n }
    },
  )
  return { base: `${base.ref.number}/${base.ref.l1Origin.number}`, reads }
}

// Rules: pipeline-start
test('the search finds the last block of the newest epoch that is at least a channel timeout below the safe head', () => {
  assert.deepEqual(search(500, { granite: 0n }).base, '2705/450')
  assert.deepEqual(search(500, { fjord: 0n }).base, '2585/430')
  assert.deepEqual(search(500, { granite: 5_760n }).base, '2585/430')
})

// Rules: pipeline-start
test('the search ends at the genesis, or at the lowest block if one is given', () => {
  assert.deepEqual(search(30, { granite: 0n }), { base: '5/0', reads: 14 })
  assert.deepEqual(search(500, { granite: 0n }, 2_900n).base, '2900/483')
  assert.deepEqual(search(0, { granite: 0n }), { base: '0/0', reads: 0 })
})

// Rules: pipeline-start
test('for a channel timeout of hundreds of L2 blocks, the search reads fewer than 30 of them', () => {
  const { reads } = search(100_000, { fjord: 0n })
  assert.ok(reads < 30, `${reads} blocks`)
})
