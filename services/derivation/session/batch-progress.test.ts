import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InboxTransaction } from '#protocol/block/l1-block.ts'
import { initialState, type State } from '#services/derivation/state.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import { blockId, chainAt } from '#test/fakes/values.ts'
import {
  type BatchProgress,
  missingBatches,
  noBatches,
  noteAttributes,
  noteL1Block,
  progressText,
} from './batch-progress.ts'

const config = rollupConfig({ sequencingWindow: 120n })

/** Derivation at an L1 block, whose safe head has an L1 origin. */
function stateAt(at: bigint, origin: bigint, batches: BatchProgress): State {
  const chain = chainAt({ generation: 1n, version: 1n })
  const localSafe = { ...chain.localSafe, l1Origin: blockId(origin) }
  const targets = {
    finalized: undefined,
    currentL1: { ...blockId(at), timestamp: 0n, parentHash: blockId(at - 1n).hash },
  }
  return { ...initialState, batches, targets, chain: { ...chain, localSafe } }
}

test('data of the batcher and batches are noted by L1 block; an epoch after its sequencing window has no batch', () => {
  let batches = noteL1Block(noBatches, { number: 7n, inboxTransactions: [] })
  assert.deepEqual(batches, { since: 7n, dataAt: undefined, batchAt: undefined })
  batches = noteL1Block(batches, {
    number: 8n,
    inboxTransactions: [{} as InboxTransaction],
  })
  assert.equal(batches.dataAt, 8n)
  const l1 = (number: bigint) => ({
    ...blockId(number),
    timestamp: 0n,
    parentHash: blockId(number - 1n).hash,
  })
  const derived = (derivedFrom: bigint, l1Origin: bigint) =>
    noteAttributes(batches, { derivedFrom: l1(derivedFrom), l1Origin: l1(l1Origin) }, config)
      .batchAt
  assert.equal(derived(128n, 8n), 128n)
  assert.equal(derived(129n, 8n), undefined)
})

test('missing batches are reported from a twelfth of the sequencing window on', () => {
  const batches = { since: 1n, dataAt: 90n, batchAt: 90n }
  assert.equal(missingBatches(stateAt(99n, 80n, batches), config), undefined)
  assert.match(missingBatches(stateAt(100n, 80n, batches), config) ?? '', /in L1 blocks 91 to 100/)
  assert.equal(
    progressText(stateAt(100n, 80n, batches)),
    'derived up to L1 block 100; last batch in L1 block 90, 10 before',
  )
})

test('the report says whether the batcher posted data, and whether the sequencing window has passed', () => {
  const dropped = { since: 1n, dataAt: 95n, batchAt: 90n }
  const text = missingBatches(stateAt(150n, 80n, dropped), config) ?? ''
  assert.match(text, /the batcher posted data in L1 block 95, but they were dropped/)
  assert.match(text, /from L1 block 201 on \(in 51 L1 blocks\)/)
  const late = missingBatches(stateAt(201n, 80n, dropped), config) ?? ''
  assert.match(
    late,
    /blocks without transactions are derived, since the sequencing window has passed/,
  )
})
