import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import type { HardforkTimes } from '#protocol/chains/hardforks.ts'
import { fromHex, toBytes8, toHash } from '#protocol/codec/hex.ts'
import { encodePayload } from '#protocol/p2p/encode-payload.ts'
import { maxGossipBytes } from '#protocol/p2p/gossip-data.ts'
import { maxTransactions } from '#protocol/p2p/payload-layout.ts'
import { signatureBytes } from '#protocol/p2p/payload-signature.ts'
import { type PayloadVersion, payloadVersions } from '#protocol/p2p/payload-version.ts'
import { emptyTrieRoot } from '#protocol/trie/ordered-root.ts'
import { configOf, payloadOf } from '#test/fakes/block-messages.ts'
import { address } from '#test/fakes/test-rollup.ts'
import { hash } from '#test/fakes/values.ts'
import { payloadProblem } from './payload-problem.ts'

const extraDataOf: Readonly<Record<PayloadVersion, Uint8Array>> = {
  1: new Uint8Array(0),
  2: new Uint8Array(0),
  3: fromHex('0x00000000fa00000006'),
  4: fromHex('0x01000000fa000000060000000000000007'),
}

const deposit = fromHex('0x7ec0')
const { timestamp } = payloadOf(4)

interface Given {
  /** Version of the payload. With version 4, which is the default, Jovian is active. */
  readonly version?: PayloadVersion
  readonly payload?: Partial<Payload>
  readonly attributes?: Partial<PayloadAttributes>
  readonly forks?: HardforkTimes
}

/** The attributes of a block with one forced transaction, to which the block builder adds another. */
function attributesOf(version: PayloadVersion): PayloadAttributes {
  const payload = payloadOf(version)
  return {
    timestamp: payload.timestamp,
    prevRandao: payload.prevRandao,
    suggestedFeeRecipient: payload.feeRecipient,
    withdrawals: payload.withdrawals,
    parentBeaconBlockRoot: payload.parentBeaconBlockRoot,
    transactions: [deposit],
    noTxPool: false,
    gasLimit: payload.gasLimit,
    eip1559Params: version >= 3 ? toBytes8(new Uint8Array(8)) : undefined,
    minBaseFee: version === 4 ? 7n : undefined,
  }
}

/** The problem of a payload. The hash of the payload matches its fields, unless `payload` gives another hash. */
function problem({ version = 4, payload = {}, attributes, forks }: Given): string | undefined {
  const config = configOf(version)
  const { parentHash, number } = payloadOf(version)
  return payloadProblem(
    { ...config, hardforkTimes: forks ?? config.hardforkTimes },
    {
      parent: { hash: parentHash, number: number - 1n },
      attributes: { ...attributesOf(version), ...attributes },
    },
    payloadOf(version, { extraData: extraDataOf[version], ...payload }),
  )
}

test('a payload of each version that matches its attributes has no problem', () => {
  for (const version of payloadVersions) assert.equal(problem({ version }), undefined)
})

test('each field that the parent and the attributes determine must match', () => {
  const cases: readonly (readonly [Partial<Payload>, string])[] = [
    [{ number: 66_052n }, 'blockNumber is 66052, want 66051'],
    [{ number: 66_050n }, 'blockNumber is 66050, want 66051'],
    [{ parentHash: hash(1) }, `parentHash is ${hash(1)}, want 0x${'11'.repeat(32)}`],
    [{ timestamp: 12n }, `timestamp is 12, want ${timestamp}`],
    [{ prevRandao: hash(1) }, `prevRandao is ${hash(1)}, want 0x${'44'.repeat(32)}`],
    [{ gasLimit: 1n }, 'gasLimit is 1, want 60000000'],
    [
      { feeRecipient: address(1) },
      `feeRecipient is ${address(1)}, want 0x4200000000000000000000000000000000000011`,
    ],
    [
      { parentBeaconBlockRoot: hash(1) },
      `parentBeaconBlockRoot is ${hash(1)}, want 0x${'66'.repeat(32)}`,
    ],
    [{ extraData: new Uint8Array(0) }, 'extraData is 0x, want 250, 6, 7'],
    [{ extraData: extraDataOf[3] }, 'extraData is 0x00000000fa00000006, want 250, 6, 7'],
  ]
  for (const [payload, text] of cases) assert.equal(problem({ payload }), text)
})

test('the extra data must have the parameters of the attributes', () => {
  const eip1559Params = toBytes8(fromHex('0x0000000800000002'))
  const at = (extraData: string, attributes: Partial<PayloadAttributes>) =>
    problem({ payload: { extraData: fromHex(extraData) }, attributes })
  const matching = '0x0100000008000000020000000000000007'
  assert.equal(at(matching, { eip1559Params }), undefined)
  assert.equal(at(matching, {}), 'extraData.denominator is 8, want 250')
  assert.equal(
    at('0x0100000008000000030000000000000007', { eip1559Params }),
    'extraData.elasticity is 3, want 2',
  )
  assert.equal(at(matching, { eip1559Params, minBaseFee: 9n }), 'extraData.minBaseFee is 7, want 9')
})

test('a payload has a field from its fork on, and not before', () => {
  const cases: readonly (readonly [PayloadVersion, Partial<Payload>, string])[] = [
    [1, { withdrawals: [] }, 'withdrawals is present, want no value'],
    [2, { withdrawals: undefined }, 'withdrawals is absent, want a value'],
    [2, { blobGasUsed: 0n }, 'blobGasUsed is present, want no value'],
    [3, { blobGasUsed: undefined }, 'blobGasUsed is absent, want a value'],
    [2, { excessBlobGas: 0n }, 'excessBlobGas is present, want no value'],
    [3, { excessBlobGas: undefined }, 'excessBlobGas is absent, want a value'],
    [2, { parentBeaconBlockRoot: hash(1) }, 'parentBeaconBlockRoot is present, want no value'],
    [3, { parentBeaconBlockRoot: undefined }, 'parentBeaconBlockRoot is absent, want a value'],
    [3, { withdrawalsRoot: toHash(emptyTrieRoot) }, 'withdrawalsRoot is present, want no value'],
    [4, { withdrawalsRoot: undefined }, 'withdrawalsRoot is absent, want a value'],
  ]
  for (const [version, payload, text] of cases) assert.equal(problem({ version, payload }), text)
})

test('a block uses at most the gas of its limit', () => {
  assert.equal(problem({ payload: { gasUsed: 60_000_000n } }), undefined)
  assert.equal(
    problem({ payload: { gasUsed: 60_000_001n } }),
    'gasUsed is 60000001, want at most 60000000',
  )
})

test('blob gas is zero before Jovian, and excess blob gas is always zero', () => {
  assert.equal(problem({ version: 3, payload: { blobGasUsed: 1n } }), 'blobGasUsed is 1, want 0')
  assert.equal(problem({ version: 4, payload: { blobGasUsed: 9_000n } }), undefined)
  for (const version of [3, 4] as const)
    assert.equal(problem({ version, payload: { excessBlobGas: 1n } }), 'excessBlobGas is 1, want 0')
})

test('the logs bloom has 256 bytes', () => {
  const logsBloom = new Uint8Array(255)
  assert.equal(problem({ payload: { logsBloom } }), 'logsBloom.length is 255, want 256')
})

/** The problem of a payload with these transactions, each in hex, after those of the attributes. */
function problemOfAdded(added: readonly string[], given: Given = {}): string | undefined {
  const transactions = [deposit, ...added.map(fromHex)]
  return problem({ ...given, payload: { transactions } })
}

test('a payload begins with exactly the transactions of the attributes', () => {
  const forced = { transactions: [deposit, fromHex('0x7ec1')] }
  const at = (...transactions: string[]) =>
    problem({ attributes: forced, payload: { transactions: transactions.map(fromHex) } })
  assert.equal(at('0x7ec0', '0x7ec1'), undefined)
  assert.equal(at('0x7ec0', '0x7ec1', '0x02c0'), undefined)
  assert.equal(at('0x7ec0'), 'transactions.length is 1, want 2')
  assert.equal(at('0x7ec0', '0x02c0'), 'transactions[1] is 0x02c0, want 0x7ec1')
  assert.equal(at('0x7ec1', '0x7ec0'), 'transactions[0] is 0x7ec1, want 0x7ec0')
  assert.equal(at('0x7ec0', '0x02c0', '0x7ec1'), 'transactions[1] is 0x02c0, want 0x7ec1')
})

test('with noTxPool a block has no other transactions', () => {
  const attributes = { noTxPool: true }
  assert.equal(problemOfAdded([], { attributes }), undefined)
  for (const added of ['0x02c0', '0x7dc0', '0x7ec0'])
    assert.equal(problemOfAdded([added], { attributes }), 'transactions.length is 2, want 1')
})

const refused = (at: number, type: string) =>
  `transactions[${at}] has type ${type}, want one that may be added to the block`

test('a block builder adds only transactions of users', () => {
  assert.equal(problemOfAdded(['0xc0', '0xf86c', '0x01c0', '0x02c0', '0x04c0']), undefined)
  assert.equal(problemOfAdded(['0x02c0', '0x7ec0']), refused(2, '0x7e'))
  for (const type of ['0x00', '0x03', '0x05', '0x7d', '0x7e', '0x7f', '0xbf'])
    assert.equal(problemOfAdded([`${type}c0`]), refused(1, type))
  assert.equal(problemOfAdded(['0x02c0', '0x']), 'transactions[2] is empty, want a transaction')
})

test('set-code transactions are allowed from Isthmus on', () => {
  assert.equal(problemOfAdded(['0x04c0'], { version: 4 }), undefined)
  assert.equal(problemOfAdded(['0x04c0'], { version: 3 }), refused(1, '0x04'))
})

test('from Lagoon on the last transaction may be a post-exec one, but not in the activation block', () => {
  const at = (lagoon: bigint, added: readonly string[]) =>
    problemOfAdded(added, { forks: { karst: 0n, lagoon } })
  assert.equal(at(timestamp - 2n, ['0x02c0', '0x7dc0']), undefined)
  assert.equal(at(timestamp - 2n, ['0x7dc0', '0x02c0']), refused(1, '0x7d'))
  assert.equal(at(timestamp - 2n, ['0x7dc0', '0x7dc0']), refused(1, '0x7d'))
  assert.equal(at(timestamp - 1n, ['0x7dc0']), refused(1, '0x7d'))
  assert.equal(at(timestamp, ['0x7dc0']), refused(1, '0x7d'))
  assert.equal(at(timestamp + 1n, ['0x7dc0']), refused(1, '0x7d'))
})

test('the block hash must be the hash of the fields', () => {
  const want = hashPayload(payloadOf(4))
  assert.equal(
    problem({ payload: { blockHash: hash(1) } }),
    `blockHash is ${hash(1)}, want ${want}`,
  )
  const stateRoot = hash(1)
  assert.equal(problem({ payload: { stateRoot } }), undefined)
  assert.match(problem({ payload: { stateRoot, blockHash: want } }) ?? '', /^blockHash is /)
})

test('a block is at most as large as peers accept', () => {
  const withBytes = (length: number): Partial<Payload> => {
    const large = new Uint8Array(length)
    large[0] = 0x02
    return { transactions: [deposit, large] }
  }
  // The signature, the beacon root, the fixed part, extra data, the deposit, and an offset for each transaction.
  const rest = 65 + 32 + 560 + 32 + 2 + 2 * 4
  const allowed = withBytes(maxGossipBytes - rest)
  assert.equal(problem({ payload: allowed }), undefined)
  // The extra data of Jovian has 15 bytes less than the largest extra data.
  assert.equal(signatureBytes + encodePayload(4, payloadOf(4, allowed)).length, maxGossipBytes - 15)
  assert.equal(
    problem({ payload: { ...withBytes(maxGossipBytes - rest + 1), blockHash: hash(1) } }),
    'the size on gossip in bytes is 10485761, want at most 10485760',
  )
})

test('a block has at most as many transactions as its encoding allows', () => {
  const added = Array.from<Uint8Array>({ length: maxTransactions }).fill(Uint8Array.of(0xc0))
  assert.equal(
    problem({ payload: { transactions: [deposit, ...added], blockHash: hash(1) } }),
    'transactions.length is 1048577, want at most 1048576',
  )
})
