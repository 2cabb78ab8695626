import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { filledHash, flashblocksOf, userTransaction } from '#test/fakes/flashblocks.ts'
import { flashblockToJson, parseFlashblock, type StreamFlashblock } from './flashblock-json.ts'

const [first, second] = flashblocksOf([1, 2])
if (first === undefined || second === undefined) throw new Error('no sample')

const noMetadata = { number: undefined, newAccountBalances: undefined, receipts: undefined }
const bloom = `0x${'00'.repeat(256)}`
const word = (byte: string) => `0x${byte.repeat(32)}`

/** What the text of the stream is for the first flashblock, in op-rbuilder's order. */
const firstJson = {
  payload_id: '0x03a1b2c3d4e5f607',
  index: 0,
  base: {
    parent_beacon_block_root: word('66'),
    parent_hash: word('11'),
    fee_recipient: '0x4200000000000000000000000000000000000011',
    prev_randao: word('44'),
    block_number: '0x10203',
    gas_limit: '0x3938700',
    timestamp: '0x68000000',
    extra_data: '0x01000000fa000000060000000000000007',
    base_fee_per_gas: '0x3b9aca07',
  },
  diff: {
    state_root: word('22'),
    receipts_root: word('33'),
    logs_bloom: bloom,
    gas_used: '0xa410',
    block_hash: first.diff.blockHash,
    transactions: ['0x7ec0', '0x02c3010200'],
    withdrawals: [],
    withdrawals_root: word('55'),
    blob_gas_used: '0x190',
  },
  metadata: { block_number: 66_051 },
}

const transaction = toHash(keccak256(userTransaction(0)))
const receipt = { type: '0x2', status: '0x1', cumulativeGasUsed: '0xa410', logs: [] }

/** Parses the first flashblock with changed fields. */
function parsed(changes: Readonly<Record<string, unknown>>): StreamFlashblock {
  return parseFlashblock({ ...firstJson, ...changes })
}

test('index 0 is encoded as op-rbuilder encodes it, byte for byte, and is parsed to the same value', () => {
  const flashblock = { ...first, metadata: { ...noMetadata, number: 66_051n } }
  const text = JSON.stringify(flashblockToJson(flashblock))
  assert.equal(text, JSON.stringify(firstJson))
  assert.deepEqual(parseFlashblock(JSON.parse(text)), {
    ...flashblock,
    diff: { ...flashblock.diff, postExecTransaction: undefined },
  })
})

test('a later index has no base, and the number of its block is a number of JSON', () => {
  const json = flashblockToJson({ ...second, metadata: { ...noMetadata, number: 66_051n } })
  assert.deepEqual(Object.keys(json), ['payload_id', 'index', 'diff', 'metadata'])
  assert.deepEqual(json['metadata'], { block_number: 66_051 })
  assert.equal(parseFlashblock(json).base, undefined)
  assert.equal(parseFlashblock({ ...json, base: null }).base, undefined)
})

test('balances and receipts are kept; a receipt may name its type as older builders do', () => {
  const logs = [{ address: `0x${'ab'.repeat(20)}`, topics: [filledHash(7)], data: '0x0102' }]
  const account = `0x${'CD'.repeat(20)}`
  const deposit = toHash(keccak256(Uint8Array.of(0x7e, 0xc0)))
  const untyped = { status: '0x1', cumulativeGasUsed: '0xa410', logs }
  const metadata = {
    block_number: 66_051,
    new_account_balances: { [account]: '0x0de0' },
    receipts: {
      [transaction]: { Eip1559: untyped },
      [deposit]: {
        ...receipt,
        type: '0x7e',
        status: '0x0',
        depositNonce: '0x5',
        depositReceiptVersion: '0x1',
      },
    },
  }
  const flashblock = parsed({ metadata })
  const { newAccountBalances, receipts } = flashblock.metadata
  assert.deepEqual([...(newAccountBalances ?? [])], [[account.toLowerCase(), 0xde0n]])
  assert.equal(receipts?.get(transaction)?.type, 2)
  assert.deepEqual(receipts?.get(transaction)?.logs[0]?.topics, [filledHash(7)])
  assert.equal(receipts?.get(deposit)?.isSuccess, false)
  assert.equal(receipts?.get(deposit)?.depositNonce, 5n)
  assert.deepEqual(flashblockToJson(flashblock)['metadata'], {
    block_number: 66_051,
    new_account_balances: { [account.toLowerCase()]: '0xde0' },
    receipts: {
      [transaction]: { ...receipt, logs },
      [deposit]: {
        ...receipt,
        type: '0x7e',
        status: '0x0',
        depositNonce: '0x5',
        depositReceiptVersion: '0x1',
      },
    },
  })
})

test('fields may be added, missing, or in another order, as on some networks', () => {
  const { base, diff, index, payload_id } = firstJson
  const older = { ...diff, blob_gas_used: undefined, withdrawals: undefined }
  const flashblock = parseFlashblock({
    metadata: { flashblock_timestamp: 1 },
    target_index: 5,
    diff: { ...older, access_list: '0x' },
    base: { ...base, gas_limit: '0x03938700', more: [] },
    index,
    payload_id,
  })
  assert.equal(flashblock.diff.blobGasUsed, undefined)
  assert.equal(flashblock.base?.gasLimit, 60_000_000n)
  assert.deepEqual(flashblock.metadata, noMetadata)
  assert.deepEqual(parsed({ metadata: undefined }).metadata, noMetadata)
})

test('a post-exec transaction is kept', () => {
  const flashblock = parsed({ diff: { ...firstJson.diff, post_exec_tx: '0x7d01' } })
  assert.deepEqual(flashblock.diff.postExecTransaction, Uint8Array.of(0x7d, 1))
  assert.equal(
    (flashblockToJson(flashblock)['diff'] as typeof firstJson.diff & { post_exec_tx: string })
      .post_exec_tx,
    '0x7d01',
  )
})

const diffWith = (changes: Readonly<Record<string, unknown>>) => ({
  diff: { ...firstJson.diff, ...changes },
})

for (const [what, changes, error] of [
  ['an index that is no integer', { index: 1.5 }, /index/],
  ['a negative index', { index: -1 }, /index/],
  ['an index above 2^53 - 1', { index: 2 ** 53 }, /index/],
  ['an index in hex', { index: '0x1' }, /index/],
  ['a payload id of 7 bytes', { payload_id: '0x03a1b2c3d4e5f6' }, /payload_id: 7 bytes/],
  ['withdrawals', diffWith({ withdrawals: [{}] }), /withdrawals: want no withdrawals/],
  [
    'a bloom of 255 bytes',
    diffWith({ logs_bloom: bloom.slice(0, -2) }),
    /logs_bloom: want 256 bytes/,
  ],
  ['gas of more than 64 bits', diffWith({ gas_used: `0x1${'0'.repeat(16)}` }), /gas_used/],
  ['a transaction that is no hex', diffWith({ transactions: ['0x0g'] }), /transactions\.0/],
  [
    'another block number in its metadata',
    { metadata: { block_number: 1 } },
    /block_number: 1, but the base has 66051/,
  ],
  [
    'the receipt of another transaction',
    { metadata: { receipts: { [word('99')]: receipt } } },
    /receipts: 0x9999.* is not a transaction/,
  ],
  ['a receipt of no hash', { metadata: { receipts: { '0x99': receipt } } }, /1 bytes, want 32/],
  ['no diff', { diff: undefined }, /diff/],
] as const)
  test(`a flashblock with ${what} is refused by name`, () => {
    assert.throws(() => parsed(changes), { name: 'DecodeError', message: error })
  })
