import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHash, toHex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import { builtPayloadToJson, parseBuiltPayload } from './built-payload-json.ts'

const filled = (byte: string, bytes = 32) => `0x${byte.repeat(bytes)}`

const header = {
  parentHash: filled('33'),
  sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
  miner: '0x4200000000000000000000000000000000000011',
  stateRoot: filled('55'),
  transactionsRoot: '0x53e72ee8af1cf264d5594752e51fcaf3fee774ea9ee8e27fabaf732070069625',
  receiptsRoot: filled('66'),
  logsBloom: filled('00', 256),
  difficulty: '0x0',
  number: '0x64',
  gasLimit: '0x3938700',
  gasUsed: '0xb3b0',
  timestamp: '0x6b49d200',
  extraData: '0x01000000fa000000060000000000000000',
  mixHash: filled('44'),
  nonce: '0x0000000000000000',
  baseFeePerGas: '0xf4240',
  withdrawalsRoot: filled('88'),
  blobGasUsed: '0x0',
  excessBlobGas: '0x0',
  parentBeaconBlockRoot: filled('22'),
  requestsHash: '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
}

const deposit = {
  type: '0x7e',
  sourceHash: filled('5a'),
  from: '0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001',
  to: '0x4200000000000000000000000000000000000015',
  mint: '0x0',
  value: '0x0',
  gas: '0xf4240',
  input: '0x3db6be2b',
  hash: '0xc669d8c29b5f61523ba002ced7c18188b55fae77de0b01e5f40e4b2f767b6852',
}

/** A message of op-rbuilder, made by hand from its type definitions. */
function message(changes: Readonly<Record<string, unknown>> = {}, transactions = [deposit]) {
  const body = { transactions, ommers: [], withdrawals: [] }
  const block = { header: { header: { ...header, ...changes } }, body }
  return { OpBuiltPayload: { id: '0x03a1b2c3d4e5f607', block, fees: '0x0' } }
}

test("a message of op-rbuilder has the transactions and the block hash that op-rbuilder's encoding gives", () => {
  const { fees, payload, payloadId } = parseBuiltPayload(message())
  assert.equal(payloadId, '0x03a1b2c3d4e5f607')
  assert.equal(fees, 0n)
  const [raw = new Uint8Array(0)] = payload.transactions
  const to = '944200000000000000000000000000000000000015'
  const from = '94deaddeaddeaddeaddeaddeaddeaddeaddead0001'
  const rest = '8080830f424080843db6be2b'
  assert.equal(toHex(raw), `0x7ef857a0${'5a'.repeat(32)}${from}${to}${rest}`)
  assert.equal(toHash(keccak256(raw)), deposit.hash)
  const hash = '0xdb9df95f319b5e447941b7a65ef1ebd21d30549584054899a75d6599d1c70614'
  assert.equal(payload.blockHash, hash)
  assert.equal(hashPayload(payload), hash)
})

test('a block is encoded as op-rbuilder encodes it', () => {
  const built = parseBuiltPayload(message())
  const { OpBuiltPayload } = builtPayloadToJson(built) as ReturnType<typeof message>
  const { block } = OpBuiltPayload
  assert.deepEqual(block.header, { header })
  // op-rbuilder writes the signature of a deposit as zeros.
  const unsigned = { yParity: '0x0', v: '0x0', r: '0x0', s: '0x0' }
  assert.deepEqual(block.body.transactions, [{ ...deposit, ...unsigned }])
  assert.deepEqual(parseBuiltPayload({ OpBuiltPayload }), built)
})

test('the other names of two fields are accepted', () => {
  const { sha3Uncles, miner } = header
  const renamed = {
    sha3Uncles: undefined,
    miner: undefined,
    ommersHash: sha3Uncles,
    beneficiary: miner,
  }
  const names = Object.fromEntries(
    Object.entries({ ...header, ...renamed }).filter(([, value]) => value !== undefined),
  )
  const { OpBuiltPayload } = message()
  const block = { ...OpBuiltPayload.block, header: { header: names } }
  const { payload } = parseBuiltPayload({ OpBuiltPayload: { ...OpBuiltPayload, block } })
  assert.deepEqual(payload, parseBuiltPayload(message()).payload)
})

test('before Isthmus, a block has no requests, and no root of withdrawals of its own', () => {
  const changes = {
    requestsHash: undefined,
    withdrawalsRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
  }
  const built = parseBuiltPayload(message(changes))
  assert.equal(built.payload.withdrawalsRoot, undefined)
  assert.equal(built.payload.blockHash, hashPayload(built.payload))
})

for (const [what, json, error] of [
  ['another form', { Other: {} }, /OpBuiltPayload/],
  ['a missing parent', message({ parentHash: undefined }), /header\.parentHash/],
  [
    'transactions with another root',
    message({}, [{ ...deposit, value: '0x1' }]),
    /transactionsRoot/,
  ],
  ['a missing base fee', message({ baseFeePerGas: undefined }), /baseFeePerGas/],
  ['an unknown type', message({}, [{ ...deposit, type: '0x7d' }]), /type: transaction type 0x7d/],
] as const)
  test(`a message with ${what} is refused by name`, () => {
    assert.throws(() => parseBuiltPayload(json), error)
  })
