import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeL1Attributes } from '#protocol/block/l1-attributes.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import { type HardforkName, hardforkNames, type HardforkTimes } from '#protocol/chains/hardforks.ts'
import { AttributesBuilder } from '#protocol/derivation/attributes.ts'
import type { Bytes32 } from '#protocol/primitives.ts'
import { decodeDeposit } from '#protocol/transaction/deposit.ts'
import { forksUpTo, testL1Block, testRollup, testSystemConfig } from '#test/fakes/test-rollup.ts'
import { blockId, hash } from '#test/fakes/values.ts'
import {
  SequencedAttributes,
  type SequencedOutput,
  type SequencedSource,
} from './sequenced-attributes.ts'

/** L1 origin 50 is at second 600. */
const parent: L2BlockRef = {
  ...blockId(500),
  parentHash: hash(499),
  timestamp: 1_000n,
  l1Origin: blockId(50),
  sequenceNumber: 3n,
}

interface Given extends Partial<SequencedSource> {
  /** Timestamp of the block. */
  readonly at?: bigint
  readonly forks?: HardforkTimes
}

function build({
  at = 1_002n,
  forks = testRollup.hardforkTimes,
  ...changes
}: Given): SequencedOutput {
  return new SequencedAttributes({ ...testRollup, hardforkTimes: forks }).build({
    parent: { ...parent, timestamp: at - 2n },
    systemConfig: testSystemConfig,
    origin: testL1Block(50),
    isRecovering: false,
    ...changes,
  })
}

type Built = Extract<SequencedOutput, { kind: 'attributes' }>

function built(given: Given): Built {
  const output = build(given)
  if (output.kind !== 'attributes') throw new Error(`no attributes: ${output.kind}`)
  return output
}

/** Why the block is empty; `noTxPool` has to agree. */
function emptyReason(given: Given): Built['emptyReason'] {
  const { attributes, emptyReason: reason } = built(given)
  assert.equal(attributes.noTxPool, reason !== undefined)
  return reason
}

test('attributes equal those that derivation builds from a batch without transactions, except for noTxPool', () => {
  for (const origin of [testL1Block(50), testL1Block(51)]) {
    const batch = {
      parentHash: parent.hash,
      epochNumber: origin.number,
      epochHash: origin.hash,
      timestamp: 1_002n,
      transactions: [],
    }
    const source = { parent, systemConfig: testSystemConfig, batch, epoch: origin }
    const derived = new AttributesBuilder(testRollup).build(source)
    assert.ok(derived.kind === 'attributes')
    assert.deepEqual(built({ origin }), {
      ...derived,
      attributes: { ...derived.attributes, noTxPool: false },
      emptyReason: undefined,
    })
  }
})

test('the sequence number is 0 if the origin is new, and grows by 1 otherwise', () => {
  const sequenceNumber = (given: Given) => {
    const [first] = built(given).attributes.transactions
    return decodeL1Attributes(decodeDeposit(first ?? new Uint8Array()).data).sequenceNumber
  }
  assert.equal(sequenceNumber({ origin: testL1Block(50) }), 4n)
  assert.equal(sequenceNumber({ origin: testL1Block(51) }), 0n)
})

test('beyond the sequencer drift a block is empty', () => {
  assert.equal(emptyReason({ at: 2_400n }), undefined)
  assert.equal(emptyReason({ at: 2_401n }), 'drift')
  assert.equal(emptyReason({ at: 2_413n, origin: testL1Block(51) }), 'drift')
  assert.equal(emptyReason({ at: 2_412n, origin: testL1Block(51) }), undefined)
})

test('the time of the origin decides whether the drift of Fjord applies', () => {
  const at = (time: bigint, fjord: bigint) =>
    emptyReason({ at: time, forks: forksUpTo('ecotone', { fjord }) })
  assert.equal(at(1_200n, 601n), undefined)
  assert.equal(at(1_201n, 601n), 'drift')
  assert.equal(at(1_201n, 600n), undefined)
})

test('the activation block of each hardfork must be empty, and other blocks need not be', () => {
  const at = (fork: HardforkName, time: bigint) =>
    emptyReason({ forks: forksUpTo(fork, { [fork]: time }) })
  for (const fork of hardforkNames) {
    assert.equal(at(fork, 1_003n), undefined, fork)
    assert.equal(at(fork, 1_002n), 'activation', fork)
    assert.equal(at(fork, 1_001n), 'activation', fork)
    assert.equal(at(fork, 1_000n), undefined, fork)
  }
})

test('an activation block has upgrade transactions', () => {
  const forks = forksUpTo('delta', { ecotone: 1_002n })
  assert.equal(built({ forks }).attributes.transactions.length, 7)
})

test('in recovery mode every block is empty', () => {
  assert.equal(emptyReason({ isRecovering: true }), 'recovering')
  assert.equal(emptyReason({ isRecovering: true, at: 2_401n }), 'drift')
  const forks = forksUpTo('holocene', { isthmus: 1_002n })
  assert.equal(emptyReason({ isRecovering: true, forks }), 'activation')
})

test('an origin that does not follow the parent resets the engine', () => {
  const reasonOf = (given: Given) => {
    const output = build(given)
    return output.kind === 'reset' ? output.reason : output.kind
  }
  assert.equal(reasonOf({ origin: testL1Block(50, { hash: hash(1) }) }), 'epoch')
  assert.equal(reasonOf({ origin: testL1Block(51, { parentHash: hash(1) }) }), 'l1-parent-hash')
  assert.equal(reasonOf({ origin: testL1Block(52) }), 'l1-parent-hash')
  assert.equal(reasonOf({ origin: testL1Block(51, { timestamp: 1_003n }) }), 'l1-timestamp')
})

test('a system config that stops derivation also stops the sequencer', () => {
  const systemConfig = { ...testSystemConfig, scalar: `0x02${'0'.repeat(62)}` as Bytes32 }
  assert.deepEqual(build({ systemConfig }), { kind: 'critical', reason: 'l1-attributes' })
})

test('a used builder gives the same result as a new one', () => {
  const sequenced = new SequencedAttributes(testRollup)
  for (const number of [50, 51, 50, 51]) {
    const origin = testL1Block(number)
    const source = { parent, systemConfig: testSystemConfig, origin, isRecovering: number === 51 }
    assert.deepEqual(sequenced.build(source), new SequencedAttributes(testRollup).build(source))
  }
})
