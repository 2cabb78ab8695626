import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InboxTransaction } from '#protocol/block/l1-block.ts'
import type { Address } from '#protocol/primitives.ts'
import { initialState, type State } from '#services/derivation/state.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import { address } from '#test/fakes/test-rollup.ts'
import { blockId, chainAt, hash } from '#test/fakes/values.ts'
import {
  type BatchProgress,
  missingBatches,
  noBatches,
  noteAttributes,
  noteL1Block,
  progressText,
} from './batch-progress.ts'

const config = rollupConfig({ sequencingWindow: 360n })

const batcher = address(0xba)

function from(sender: Address): InboxTransaction {
  return { sender, hash: hash(1), type: 2, data: new Uint8Array(1), blobs: [] }
}

/** Derivation at L1 block `at`, with a safe head whose L1 origin is `origin`. */
function stateAt(at: bigint, origin: bigint, batches: BatchProgress): State {
  const chain = chainAt({ generation: 1n, version: 1n })
  const localSafe = { ...chain.localSafe, l1Origin: blockId(origin) }
  const targets = {
    finalized: undefined,
    currentL1: { ...blockId(at), timestamp: 0n, parentHash: blockId(at - 1n).hash },
    generation: 1n,
    version: 1n,
  }
  return { ...initialState, batches, targets, chain: { ...chain, localSafe } }
}

test('the last L1 blocks with batcher data and with a batch are recorded; attributes derived after the sequencing window have no batch', () => {
  let batches = noteL1Block(
    noBatches,
    { number: 7n, inboxTransactions: [from(address(1))] },
    batcher,
  )
  assert.deepEqual(batches, { since: 7n, dataAt: undefined, batchAt: undefined })
  batches = noteL1Block(batches, { number: 8n, inboxTransactions: [from(batcher)] }, batcher)
  assert.equal(batches.dataAt, 8n)
  const l1 = (number: bigint) => ({
    ...blockId(number),
    timestamp: 0n,
    parentHash: blockId(number - 1n).hash,
  })
  const derived = (derivedFrom: bigint, l1Origin: bigint) =>
    noteAttributes(batches, { derivedFrom: l1(derivedFrom), l1Origin: l1(l1Origin) }, config)
      .batchAt
  assert.equal(derived(368n, 8n), 368n)
  assert.equal(derived(369n, 8n), undefined)
})

test('missing batches are reported after a twelfth of the sequencing window, but never before 25 L1 blocks', () => {
  const batches = { since: 1n, dataAt: 90n, batchAt: 90n }
  assert.equal(missingBatches(stateAt(119n, 80n, batches), config), undefined)
  assert.match(missingBatches(stateAt(120n, 80n, batches), config) ?? '', /in L1 blocks 91 to 120/)
  assert.equal(
    progressText(stateAt(100n, 80n, batches)),
    'derived up to L1 block 100; last batch in L1 block 90, 10 before',
  )
  assert.equal(
    progressText(stateAt(89n, 80n, batches)),
    'derived up to L1 block 89; last batch in L1 block 90',
  )
})

test('L1 blocks that are read again, up to the L1 origin of the safe head, do not count as blocks without a batch', () => {
  const batches = { since: 1n, dataAt: 90n, batchAt: undefined }
  assert.equal(missingBatches(stateAt(109n, 80n, batches), config), undefined)
  assert.match(missingBatches(stateAt(110n, 80n, batches), config) ?? '', /in L1 blocks 81 to 110/)
})

test('the report says whether the batcher posted data, and whether the sequencing window has passed', () => {
  const dropped = { since: 1n, dataAt: 95n, batchAt: 90n }
  const text = missingBatches(stateAt(150n, 80n, dropped), config) ?? ''
  assert.match(text, /the batcher posted data in L1 block 95, but they were dropped/)
  assert.match(text, /from L1 block 441 on \(in 291 L1 blocks\)/)
  const late = missingBatches(stateAt(441n, 80n, dropped), config) ?? ''
  assert.match(
    late,
    /blocks without transactions are derived, since the sequencing window has passed/,
  )
})
