import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import { encodeRlp, type RlpItem, uintToRlp } from '#protocol/codec/rlp.ts'
import { emptyTrieRoot, orderedTrieRoot } from '#protocol/trie/ordered-root.ts'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { decodeHeader, encodeHeader, hashHeader, type Header } from './header.ts'

type HeaderJson = Readonly<Record<string, string>>

interface Vectors {
  readonly emptyRoot: string
  readonly receipts: {
    readonly receipts: readonly { readonly encoded: string }[]
    readonly receiptsRoot: string
  }
  readonly pragueHeader: {
    readonly header: HeaderJson
    readonly rlp: string
    readonly hash: string
  }
  readonly manyItems: readonly { readonly count: number; readonly root: string }[]
  readonly realBlock: HeaderJson & {
    readonly transactions: readonly TransactionJson[]
    readonly withdrawals: readonly Readonly<Record<string, string>>[]
  }
}

type TransactionJson = Readonly<Record<string, string>> & {
  readonly accessList?: readonly {
    readonly address: string
    readonly storageKeys: readonly string[]
  }[]
}

const { emptyRoot, receipts, pragueHeader, manyItems, realBlock } = readVectors(
  'l1_block.json',
) as Vectors

/** Converts a header from its JSON-RPC form. */
function headerOf(json: HeaderJson): Header {
  const text = (name: string) => json[name] ?? '0x'
  const number = (name: string) => BigInt(text(name))
  const optional = (name: string) => (json[name] === undefined ? undefined : number(name))
  return {
    parentHash: text('parentHash'),
    ommersHash: text('sha3Uncles'),
    beneficiary: text('miner'),
    stateRoot: text('stateRoot'),
    transactionsRoot: text('transactionsRoot'),
    receiptsRoot: text('receiptsRoot'),
    logsBloom: fromHex(text('logsBloom')),
    difficulty: number('difficulty'),
    number: number('number'),
    gasLimit: number('gasLimit'),
    gasUsed: number('gasUsed'),
    timestamp: number('timestamp'),
    extraData: fromHex(text('extraData')),
    prevRandao: text('mixHash'),
    nonce: text('nonce'),
    baseFeePerGas: optional('baseFeePerGas'),
    withdrawalsRoot: json['withdrawalsRoot'],
    blobGasUsed: optional('blobGasUsed'),
    excessBlobGas: optional('excessBlobGas'),
    parentBeaconBlockRoot: json['parentBeaconBlockRoot'],
    requestsHash: json['requestsHash'],
  } as Header
}

test('a header with every field up to Prague encodes, hashes and decodes as expected', () => {
  const header = headerOf(pragueHeader.header)
  assert.equal(toHex(encodeHeader(header)), pragueHeader.rlp)
  assert.equal(hashHeader(header), pragueHeader.hash)
  assert.deepEqual(decodeHeader(fromHex(pragueHeader.rlp)), header)
})

test('the header of a real block has the hash of the block', () => {
  assert.equal(hashHeader(headerOf(realBlock)), realBlock['hash'])
})

test('the trie root of no items is the empty root', () => {
  assert.equal(toHex(emptyTrieRoot), emptyRoot)
  assert.equal(toHex(orderedTrieRoot([])), emptyRoot)
})

for (const { count, root } of manyItems)
  test(`the trie root of ${count} items equals the vector`, () => {
    const items = Array.from({ length: count }, (_, at) =>
      encodeRlp(toFixedBigEndian(BigInt(at), 32)),
    )
    assert.equal(toHex(orderedTrieRoot(items)), root)
  })

test('the trie root of receipts equals the vector', () => {
  const items = receipts.receipts.map(({ encoded }) => fromHex(encoded))
  assert.equal(toHex(orderedTrieRoot(items)), receipts.receiptsRoot)
})

const uint = (hex: string | undefined) => uintToRlp(BigInt(hex ?? '0x0'))

function encodeTransaction({ accessList = [], ...json }: TransactionJson): Uint8Array {
  const uints = (...names: string[]) => names.map((name) => uint(json[name]))
  const body = [fromHex(json['to'] ?? '0x'), uint(json['value']), fromHex(json['input'] ?? '0x')]
  if (json['type'] === '0x0')
    return encodeRlp([...uints('nonce', 'gasPrice', 'gas'), ...body, ...uints('v', 'r', 's')])
  const fees = json['type'] === '0x1' ? ['gasPrice'] : ['maxPriorityFeePerGas', 'maxFeePerGas']
  const access: RlpItem = accessList.map(({ address, storageKeys }) => [
    fromHex(address),
    storageKeys.map(fromHex),
  ])
  const fields = [
    ...uints('chainId', 'nonce', ...fees, 'gas'),
    ...body,
    access,
    ...uints('v', 'r', 's'),
  ]
  return Uint8Array.from([Number(json['type']), ...encodeRlp(fields)])
}

test('the transactions and withdrawals of a real block have the roots of its header', () => {
  const { transactions, withdrawals } = realBlock
  assert.equal(
    toHex(orderedTrieRoot(transactions.map(encodeTransaction))),
    realBlock['transactionsRoot'],
  )
  const encoded = withdrawals.map(({ index, validatorIndex, address = '0x', amount }) =>
    encodeRlp([uint(index), uint(validatorIndex), fromHex(address), uint(amount)]),
  )
  assert.equal(toHex(orderedTrieRoot(encoded)), realBlock['withdrawalsRoot'])
})
