import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { blockId, hash } from '#test/fakes/values.ts'
import { forksUpTo, testRollup } from '#test/fakes/test-rollup.ts'
import { PipelineStart } from './pipeline-start.ts'

/** One L2 block for each L1 block, with its number. */
const l2Block = (number: bigint): L2BlockRef => ({
  ...blockId(number),
  parentHash: hash(number - 1n),
  timestamp: number * 2n,
  l1Origin: blockId(number),
  sequenceNumber: 0n,
})

const l1Block = (number: bigint): L1BlockRef => ({
  ...blockId(number),
  parentHash: hash(number - 1n),
  timestamp: number * 12n,
})

/** The L1 and the L2 block that derivation starts from. */
function start(config: RollupConfig, safe: bigint): string {
  const search = new PipelineStart(config, l2Block(safe))
  let step = search.step()
  while (step.kind === 'need-l1' || step.kind === 'need-l2') {
    const top = step.number
    const numbers = Array.from({ length: step.count }, (_, at) => top - BigInt(at))
    step = search.step(
      step.kind === 'need-l1'
        ? { kind: 'l1', blocks: numbers.map(l1Block) }
        : { kind: 'l2', blocks: numbers.map(l2Block) },
    )
  }
  return step.kind === 'found' ? `${step.l1Origin.number}/${step.l2.number}` : step.reason
}

const graniteAt = (time: bigint): RollupConfig => ({
  ...testRollup,
  genesis: { ...testRollup.genesis, l2: blockId(0) },
  hardforkTimes: forksUpTo('fjord', { granite: time }),
})

test('derivation starts a channel timeout below the safe head', () => {
  assert.equal(start(graniteAt(0n), 500n), '450/450')
  assert.equal(start(graniteAt(10n ** 9n), 500n), '200/200')
})

test('around Granite the longer timeout counts', () => {
  // At 480 the time is 5,760: the fork is between the safe head and the start.
  assert.equal(start(graniteAt(5_760n), 500n), '200/200')
})

test('it starts at the genesis at the earliest', () => {
  assert.equal(start(graniteAt(0n), 30n), '0/0')
  assert.equal(start(graniteAt(0n), 0n), '0/0')
})

test('an L1 that has another block for the origin is no start', () => {
  const search = new PipelineStart(graniteAt(0n), l2Block(60n))
  search.step()
  const step = search.step({ kind: 'l1', blocks: [{ ...l1Block(60n), hash: hash(1) }] })
  assert.deepEqual(step, { kind: 'failed', reason: 'l1-inconsistent' })
})
