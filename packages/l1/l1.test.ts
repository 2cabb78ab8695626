import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTransaction, type TransactionSerializable } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import { firstLineOf } from '#test/fakes/record-lines.ts'
import { type UnverifiedL1Block, parseL1Block, parseL1Receipts } from './unverified-l1-block.ts'
import { encodeTransactionJson } from '#json-rpc/forms/transaction-from-json.ts'
import { flawOfL1Block, flawOfL1Receipts } from './verify-l1-block.ts'

type Json = Record<string, unknown>

/** A recorded line with transactions and logs, edited by `change`. */
function read(change: (line: { block: Json; receipts: Json[] }) => void = () => undefined) {
  const line = structuredClone(recorded) as { block: Json; receipts: Json[] }
  change(line)
  const block = parseL1Block(line.block)
  return { block, receipts: parseL1Receipts(line.receipts, block) }
}

const recorded = await firstLineOf(
  'deposits-and-config',
  'l1.ndjson',
  (line) => JSON.stringify(line).split('"logIndex"').length > 3,
)

test('an unchanged L1 block has no flaw', () => {
  const { block, receipts } = read()
  assert.ok(block.transactions.length > 1)
  assert.equal(flawOfL1Block(block), undefined)
  assert.equal(flawOfL1Receipts(block, receipts), undefined)
})

const first = (list: unknown): Json => (list as Json[])[0] ?? {}

for (const [name, change, flaw] of [
  ['another header', ({ block }) => (block['extraData'] = '0x00'), /the header has hash 0x/],
  [
    'a missing header field',
    ({ block }) => (block['requestsHash'] = undefined),
    /the header has hash/,
  ],
  [
    'another transaction',
    ({ block }) => (first(block['transactions'])['value'] = '0x7'),
    /transaction 0 has hash/,
  ],
  [
    'a missing transaction',
    ({ block, receipts }) => {
      ;(block['transactions'] as Json[]).pop()
      receipts.pop()
    },
    /transactions root 0x/,
  ],
] satisfies [string, (line: { block: Json; receipts: Json[] }) => unknown, RegExp][])
  test(`an L1 block with ${name} is detected`, () => {
    assert.match(flawOfL1Block(read(change).block) ?? '', flaw)
  })

for (const [name, change] of [
  ['status', (receipt) => (receipt['status'] = '0x0')],
  ['log data', (receipt) => (first(receipt['logs'])['data'] = '0x')],
  ['log address', (receipt) => (first(receipt['logs'])['address'] = `0x${'11'.repeat(20)}`)],
  ['logs', (receipt) => (receipt['logs'] = [])],
] satisfies [string, (receipt: Json) => unknown][])
  test(`receipts with other ${name} are detected`, () => {
    // The last receipt with logs is changed, so that the log indices of other receipts stay the same.
    const { block, receipts } = read(({ receipts: all }) => change(withLogs(all)))
    assert.match(flawOfL1Receipts(block, receipts) ?? '', /receipts root 0x/)
  })

const withLogs = (receipts: Json[]): Json =>
  receipts.findLast(({ logs }) => (logs as unknown[]).length > 0) ?? {}

for (const [name, change, error] of [
  ['one missing', (receipts) => receipts.pop(), /\d receipts for \d+ transactions/],
  [
    'another block',
    ([receipt = {}]) => (receipt['blockHash'] = `0x${'11'.repeat(32)}`),
    /receipts\.0\.blockHash: 0x11/,
  ],
  [
    'another block number',
    ([receipt = {}]) => (receipt['blockNumber'] = '0x1'),
    /blockNumber: 1, want/,
  ],
  [
    'another place',
    ([receipt = {}]) => (receipt['transactionIndex'] = '0x1'),
    /transactionIndex: 1, want 0/,
  ],
  [
    'another transaction',
    ([receipt = {}]) => (receipt['transactionHash'] = `0x${'11'.repeat(32)}`),
    /transactionHash: 0x11/,
  ],
  [
    'gas that does not add up',
    ([receipt = {}]) => (receipt['gasUsed'] = '0x1'),
    /receipts\.0\.gasUsed: 1, want/,
  ],
  ['a status of two', ([receipt = {}]) => (receipt['status'] = '0x2'), /status: 2, want 0 or 1/],
  ['a short bloom', ([receipt = {}]) => (receipt['logsBloom'] = '0x00'), /logsBloom: 1 bytes/],
  [
    'a wrong log index',
    (receipts) => (first(withLogs(receipts)['logs'])['logIndex'] = '0x40'),
    /logs\.0\.logIndex: 64, want/,
  ],
  [
    'a log of another block',
    (receipts) => (first(withLogs(receipts)['logs'])['blockHash'] = `0x${'11'.repeat(32)}`),
    /logs\.0\.blockHash: 0x11/,
  ],
  [
    'a removed log',
    (receipts) => (first(withLogs(receipts)['logs'])['removed'] = true),
    /logs\.0\.removed/,
  ],
  [
    'a log with five topics',
    (receipts) =>
      (first(withLogs(receipts)['logs'])['topics'] = Array.from(
        { length: 5 },
        () => `0x${'11'.repeat(32)}`,
      )),
    /topics/,
  ],
] satisfies [string, (receipts: Json[]) => unknown, RegExp][])
  test(`receipts with ${name} are refused when they are decoded`, () => {
    assert.throws(() => read(({ receipts }) => change(receipts)), {
      name: 'DecodeError',
      message: error,
    })
  })

for (const [name, change, error] of [
  ['no hash', (block) => (block['hash'] = null), /block\.hash/],
  [
    'a number of text',
    (block) => (block['number'] = 'latest'),
    /block\.number: want a quantity in hex/,
  ],
  [
    'a timestamp of 65 bits',
    (block) => (block['timestamp'] = '0x10000000000000000'),
    /block\.timestamp: want 64 bits/,
  ],
  [
    'transactions as hashes',
    (block) => (block['transactions'] = [`0x${'11'.repeat(32)}`]),
    /block\.transactions\.0/,
  ],
  [
    'a transaction of an unknown type',
    (block) => (first(block['transactions'])['type'] = '0x6'),
    /block\.transactions\.0\.type: transaction type 0x6/,
  ],
  [
    'a transaction without nonce',
    (block) => (first(block['transactions'])['nonce'] = undefined),
    /block\.transactions\.0\.nonce: want a quantity/,
  ],
] satisfies [string, (block: Json) => unknown, RegExp][])
  test(`if a block has ${name}, it is refused, and the error names the field`, () => {
    assert.throws(() => read(({ block }) => change(block)), { name: 'DecodeError', message: error })
  })

const account = privateKeyToAccount(`0x${'22'.repeat(32)}`)
const common = {
  chainId: 900,
  nonce: 0,
  gas: 100_000n,
  to: account.address,
  value: 0n,
  data: '0x0102',
} as const
const fees = { maxFeePerGas: 9n, maxPriorityFeePerGas: 1n } as const
const accessList = [{ address: account.address, storageKeys: [`0x${'33'.repeat(32)}`] }] as const
const authorization = await account.signAuthorization({
  address: account.address,
  chainId: 900,
  nonce: 0,
})

for (const transaction of [
  { ...common, type: 'legacy', gasPrice: 5n },
  { ...common, type: 'legacy', gasPrice: 5n, chainId: undefined, to: undefined },
  { ...common, type: 'eip2930', gasPrice: 5n, accessList },
  { ...common, ...fees, type: 'eip1559', accessList },
  {
    ...common,
    ...fees,
    type: 'eip4844',
    maxFeePerBlobGas: 3n,
    blobVersionedHashes: [`0x01${'44'.repeat(31)}`],
  },
  { ...common, ...fees, type: 'eip7702', authorizationList: [authorization] },
] as const satisfies readonly TransactionSerializable[])
  test(`a transaction of type ${transaction.type}${transaction.chainId === undefined ? ' without replay protection' : ''} is encoded from its fields`, async () => {
    const raw = await account.signTransaction(transaction)
    assert.equal(toHex(encodeTransactionJson(asJson(raw))), raw)
  })

test('an empty access list may be null or absent, the parity may be `v`, and `removed` may be null', async () => {
  const raw = await account.signTransaction({ ...common, ...fees, type: 'eip1559' })
  const plain = asJson(raw)
  for (const accessList of [undefined, null, []])
    assert.equal(toHex(encodeTransactionJson({ ...plain, accessList })), raw)
  const signed = {
    ...common,
    ...fees,
    type: 'eip7702',
    authorizationList: [authorization],
  } as const
  const json = asJson(await account.signTransaction(signed))
  const [entry] = json['authorizationList'] as Json[]
  const { yParity: v, ...rest } = entry ?? {}
  const older = {
    ...json,
    yParity: undefined,
    v: json['yParity'],
    authorizationList: [{ ...rest, v }],
  }
  assert.deepEqual(encodeTransactionJson(older), encodeTransactionJson(json))
  const { block } = read(({ receipts }) => (first(withLogs(receipts)['logs'])['removed'] = null))
  assert.equal(flawOfL1Block(block), undefined)
})

/** A signed transaction as JSON-RPC returns it. */
function asJson(raw: `0x${string}`): Json {
  const parsed = parseTransaction(raw) as Json
  const quantity = (value: unknown) =>
    `0x${BigInt((value as bigint | undefined) ?? 0).toString(16)}`
  const types: Json = {
    legacy: '0x0',
    eip2930: '0x1',
    eip1559: '0x2',
    eip4844: '0x3',
    eip7702: '0x4',
  }
  const authorizations = parsed['authorizationList'] as Json[] | undefined
  return {
    ...parsed,
    type: types[String(parsed['type'])],
    input: parsed['data'] ?? '0x',
    to: parsed['to'] ?? null,
    accessList: parsed['accessList'] ?? [],
    ...Object.fromEntries(
      [
        'chainId',
        'nonce',
        'gas',
        'gasPrice',
        'maxFeePerGas',
        'maxPriorityFeePerGas',
        'maxFeePerBlobGas',
        'value',
        'v',
        'yParity',
        'r',
        's',
      ].map((name) => [name, quantity(parsed[name])]),
    ),
    authorizationList: authorizations?.map((entry) => ({
      address: entry['address'],
      ...Object.fromEntries(
        ['chainId', 'nonce', 'yParity', 'r', 's'].map((name) => [name, quantity(entry[name])]),
      ),
    })),
  }
}

test('a deposit of an L1 that is a rollup is encoded from its fields', () => {
  const raw = encodeTransactionJson({
    type: '0x7e',
    sourceHash: `0x${'55'.repeat(32)}`,
    from: account.address,
    to: account.address,
    mint: null,
    value: '0x1',
    gas: '0x5208',
    isSystemTx: false,
    input: '0x',
  })
  assert.equal(raw[0], 0x7e)
  assert.ok(toHex(raw).includes(account.address.slice(2).toLowerCase()))
})

test('if the hash of a header does not match, the flaw names the unknown fields of the header', () => {
  const { block } = read(({ block: json }) => {
    json['futureRoot'] = '0x01'
    json['stateRoot'] = `0x${'66'.repeat(32)}`
  })
  assert.match(
    flawOfL1Block(block) ?? '',
    /not 0x\w+: it has fields that this version does not know \(futureRoot\), of a fork after Amsterdam/,
  )
})

test('a block with the hash of another block is detected', () => {
  const { block } = read()
  const renamed: UnverifiedL1Block = { ...block, hash: `0x${'66'.repeat(32)}` as typeof block.hash }
  assert.match(flawOfL1Block(renamed) ?? '', /the header has hash/)
  assert.equal(fromHex(block.hash).length, 32)
})
