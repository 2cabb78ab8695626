import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { type HardforkName } from '#protocol/chains/hardforks.ts'
import { fromHex, toHash } from '#protocol/codec/hex.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import { emptyTrieRoot } from '#protocol/trie/ordered-root.ts'
import { address, forksUpTo, testRollup } from '#test/fakes/test-rollup.ts'
import { hash } from '#test/fakes/values.ts'
import { type Difference, firstDifference } from './consolidation.ts'

const attributes: PayloadAttributes = {
  timestamp: 1_000n,
  prevRandao: hash(1),
  suggestedFeeRecipient: address(11),
  withdrawals: [],
  parentBeaconBlockRoot: hash(2),
  transactions: [Uint8Array.of(0x7e, 1), Uint8Array.of(2, 2)],
  noTxPool: true,
  gasLimit: 30_000_000n,
  eip1559Params: '0x0000000000000000' as Bytes8,
  minBaseFee: 5n,
}

const block: Payload = {
  blockHash: hash(9),
  parentHash: hash(8),
  feeRecipient: address(11),
  stateRoot: hash(7),
  receiptsRoot: hash(6),
  logsBloom: new Uint8Array(256),
  prevRandao: hash(1),
  number: 10n,
  gasLimit: 30_000_000n,
  gasUsed: 1n,
  timestamp: 1_000n,
  extraData: fromHex('0x01000000fa000000060000000000000005'),
  baseFeePerGas: 1n,
  withdrawals: [],
  blobGasUsed: 0n,
  excessBlobGas: 0n,
  parentBeaconBlockRoot: hash(2),
  withdrawalsRoot: hash(5),
  transactions: [Uint8Array.of(0x7e, 1), Uint8Array.of(2, 2)],
}

interface Given {
  readonly fork?: HardforkName
  readonly block?: Partial<Payload>
  readonly attributes?: Partial<PayloadAttributes>
}

function differs(given: Given): Difference | undefined {
  const config = { ...testRollup, hardforkTimes: forksUpTo(given.fork ?? 'jovian') }
  const derived = { parentHash: hash(8), attributes: { ...attributes, ...given.attributes } }
  return firstDifference(config, derived, { ...block, ...given.block })
}

const fieldOf = (given: Given) => differs(given)?.field

test('a matching block has no difference', () => {
  assert.equal(differs({}), undefined)
})

// Rules: consolidate-fields
test('each field that attributes determine is compared', () => {
  for (const [field, changes] of [
    ['parentHash', { parentHash: hash(1) }],
    ['timestamp', { timestamp: 1_001n }],
    ['prevRandao', { prevRandao: hash(3) }],
    ['transactions.length', { transactions: [Uint8Array.of(0x7e, 1)] }],
    ['transactions[1]', { transactions: [Uint8Array.of(0x7e, 1), Uint8Array.of(2, 3)] }],
    ['gasLimit', { gasLimit: 1n }],
    ['withdrawals', { withdrawals: undefined }],
    ['withdrawalsRoot', { withdrawalsRoot: undefined }],
    ['parentBeaconBlockRoot', { parentBeaconBlockRoot: undefined }],
    ['feeRecipient', { feeRecipient: address(1) }],
    ['extraData', { extraData: new Uint8Array() }],
    ['extraData', { extraData: fromHex('0x00000000fa00000006') }],
    ['extraData.denominator', { extraData: fromHex('0x01000000fb000000060000000000000005') }],
    ['extraData.elasticity', { extraData: fromHex('0x01000000fa000000070000000000000005') }],
    ['extraData.minBaseFee', { extraData: fromHex('0x01000000fa000000060000000000000006') }],
  ] as const)
    assert.equal(fieldOf({ block: changes }), field)
})

// Rules: consolidate-fields
test('results of execution are not compared', () => {
  const changes = { stateRoot: hash(1), gasUsed: 9n, receiptsRoot: hash(1), blobGasUsed: 7n }
  assert.equal(differs({ block: changes }), undefined)
  assert.equal(differs({ block: { withdrawalsRoot: hash(1) } }), undefined)
})

test('a difference has both values as text', () => {
  assert.deepEqual(differs({ block: { gasLimit: 1n } }), {
    field: 'gasLimit',
    derived: '30000000',
    block: '1',
  })
  assert.deepEqual(differs({ block: { parentBeaconBlockRoot: undefined } }), {
    field: 'parentBeaconBlockRoot',
    derived: hash(2),
    block: 'none',
  })
})

test('if a transaction that differs is long, its hash is shown', () => {
  const long = (last: number) => [new Uint8Array(401).fill(last)]
  const given = { attributes: { transactions: long(1) }, block: { transactions: long(2) } }
  assert.equal(differs(given)?.derived.length, 66)
  const short = {
    attributes: { transactions: [new Uint8Array(400)] },
    block: { transactions: [new Uint8Array(400).fill(1)] },
  }
  assert.equal(differs(short)?.derived.length, 802)
})

// Rules: consolidate-withdrawals
test('between Canyon and Isthmus the withdrawals root must be the root of an empty list', () => {
  const holocene = {
    fork: 'holocene',
    attributes: { minBaseFee: undefined },
  } as const
  const extraData = fromHex('0x00000000fa00000006')
  const withRoot = (withdrawalsRoot: Payload['withdrawalsRoot']) =>
    fieldOf({ ...holocene, block: { extraData, withdrawalsRoot } })
  assert.equal(withRoot(undefined), undefined)
  assert.equal(withRoot(toHash(emptyTrieRoot)), undefined)
  assert.equal(withRoot(hash(5)), 'withdrawalsRoot')
})

// Rules: consolidate-withdrawals
test('before Canyon there are no withdrawals, and before Holocene no extra data', () => {
  const before = {
    withdrawals: undefined,
    parentBeaconBlockRoot: undefined,
    eip1559Params: undefined,
    minBaseFee: undefined,
  }
  const bare = { parentBeaconBlockRoot: undefined, extraData: new Uint8Array() }
  const given = { fork: 'regolith', attributes: before, block: bare } as const
  assert.equal(differs(given), undefined)
  assert.equal(fieldOf({ ...given, attributes: { ...before, withdrawals: [] } }), 'withdrawals')
  const extra = { ...bare, extraData: Uint8Array.of(1) }
  assert.equal(fieldOf({ ...given, block: extra }), 'extraData')
})

// Rules: consolidate-extra-data
test('the constants of the chain do not replace nonzero EIP-1559 parameters', () => {
  const params = { eip1559Params: '0x0000000800000002' as Bytes8 }
  const extraData = fromHex('0x0100000008000000020000000000000005')
  assert.equal(differs({ attributes: params, block: { extraData } }), undefined)
  assert.equal(fieldOf({ attributes: params }), 'extraData.denominator')
})
