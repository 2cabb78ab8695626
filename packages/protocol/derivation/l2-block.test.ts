import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { forksUpTo, testL1Block, testRollup, testSystemConfig } from '#test/fakes/test-rollup.ts'
import { blockId, hash } from '#test/fakes/values.ts'
import { AttributesBuilder } from './attributes.ts'
import { type L2Block, l2BlockRefOf, systemConfigOf } from './l2-block.ts'

const runs = { numRuns: Number(process.env['ATOLL_FUZZ_RUNS'] ?? 200) }

const parent = {
  ...blockId(500),
  parentHash: hash(499),
  timestamp: 1_000n,
  l1Origin: blockId(50),
  sequenceNumber: 3n,
}

/** The block 501, in the epoch of L1 block 50. */
function block(changes: Partial<L2Block> = {}, config = testRollup): L2Block {
  const output = new AttributesBuilder(config).build({
    parent,
    systemConfig: testSystemConfig,
    batch: {
      parentHash: parent.hash,
      epochNumber: 50n,
      epochHash: hash(50),
      timestamp: 1_002n,
      transactions: [],
    },
    epoch: testL1Block(50),
  })
  assert.ok(output.kind === 'attributes')
  return {
    blockHash: hash(501),
    parentHash: parent.hash,
    number: 501n,
    timestamp: 1_002n,
    gasLimit: output.attributes.gasLimit,
    extraData: fromHex('0x01000000fa000000060000000000000064'),
    transactions: output.attributes.transactions,
    ...changes,
  }
}

test('the L1 origin and sequence number of a block are read from its L1 attributes', () => {
  assert.deepEqual(l2BlockRefOf(testRollup, block()), {
    ...blockId(501),
    parentHash: parent.hash,
    timestamp: 1_002n,
    l1Origin: blockId(50),
    sequenceNumber: 4n,
  })
})

// Rules: config-from-block
test('the system config of a block is read from the block', () => {
  assert.deepEqual(systemConfigOf(testRollup, block()), testSystemConfig)
})

// Rules: config-from-block
test('the L1 origin and system config of the genesis block come from the rollup config', () => {
  const { genesis } = testRollup
  const first = block({ number: 0n, blockHash: genesis.l2.hash, transactions: [] })
  assert.deepEqual(l2BlockRefOf(testRollup, first).l1Origin, genesis.l1)
  assert.equal(systemConfigOf(testRollup, first), genesis.systemConfig)
  const other = { ...first, blockHash: hash(1) }
  assert.throws(() => l2BlockRefOf(testRollup, other), DecodeError)
  assert.throws(() => systemConfigOf(testRollup, other), DecodeError)
})

// Rules: l1-attributes-read
test('the first transaction must be the L1 attributes in the form of the block’s fork', () => {
  const jovian = { ...testRollup, hardforkTimes: forksUpTo('isthmus', { jovian: 1_002n }) }
  for (const wrong of [
    block({ transactions: [] }),
    block({ transactions: [Uint8Array.of(2, 1)] }),
    block({}, jovian),
  ])
    assert.throws(() => l2BlockRefOf(testRollup, wrong), DecodeError)
})

// Rules: extra-data
test('extra data must have the form of the block’s fork', () => {
  for (const extra of ['0x', '0x00000000fa00000006', '0x0100000000000000060000000000000064'])
    assert.throws(
      () => systemConfigOf(testRollup, block({ extraData: fromHex(extra) })),
      DecodeError,
    )
})

test('a block with arbitrary bytes raises a DecodeError', () => {
  const property = fc.property(
    fc.uint8Array(),
    fc.uint8Array({ maxLength: 20 }),
    (raw, extraData) => {
      const wrong = block({ transactions: [raw], extraData })
      assert.throws(() => systemConfigOf(testRollup, wrong), DecodeError)
    },
  )
  fc.assert(property, runs)
})
