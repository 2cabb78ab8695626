import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { constants, inflateSync } from 'node:zlib'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { decodeRlp, rlpBytes } from '#protocol/codec/rlp.ts'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { encodeBitlist, encodeUvarint } from '#devnet/batcher/encode/columns.ts'
import { encodeSpanBatch } from '#devnet/batcher/encode/span-batch.ts'
import type { SpanBatch, SpanBatchBlock } from './batch.ts'
import { Bitlist } from './bitlist.ts'
import { type BatchRules, decodeBatch, type DecodedBatch } from './decode-batch.ts'
import { endOfUvarint, uvarint } from './uvarint.ts'

interface Config {
  readonly l2ChainId: number
  readonly genesisL2Time: number
  readonly blockTime: number
}
interface Block {
  readonly timestamp: number
  readonly epochNum: number
  readonly transactions: readonly string[]
}
interface Vectors {
  readonly config: Config
  readonly encoded: string
  readonly channelEntry: string
  readonly fields: { readonly parentCheck: string; readonly l1OriginCheck: string }
  readonly decoded: readonly Block[]
  readonly rejected: readonly {
    readonly stage: 'decode' | 'derive'
    readonly note: string
    readonly encoded: string
  }[]
  readonly epochExamples: readonly {
    readonly l1OriginNum: number
    readonly originBits: readonly number[]
    readonly epochNums: readonly number[]
  }[]
  readonly uvarint: readonly (readonly [number | string, string])[]
  readonly bitlists: readonly { readonly bits: readonly number[]; readonly bytes: string }[]
}
interface PostExec {
  readonly config: Config
  readonly spanBatch: Block & { readonly encoded: string }
  readonly spanCases: readonly {
    readonly name: string
    readonly encoded: string
    readonly error?: string
    readonly transactions?: readonly string[]
  }[]
}
interface Channel {
  readonly batchBytes: number
  readonly parentCheck: string
  readonly l1OriginCheck: string
  readonly blocks: readonly {
    readonly timestamp: number
    readonly epochNum: number
    readonly txHashes: readonly string[]
  }[]
}

const vectors = readVectors('span_batch.json') as Vectors
const postExec = readVectors('post_exec_tx.json') as PostExec
const channel = readVectors('op_mainnet_span_channel.json') as Channel

const rulesOf = (config: Config): BatchRules => ({
  genesisTimestamp: BigInt(config.genesisL2Time),
  blockTime: BigInt(config.blockTime),
  chainId: BigInt(config.l2ChainId),
  allowsSpanBatches: true,
})
const rules = rulesOf(vectors.config)
const mainnet = rulesOf({ l2ChainId: 10, genesisL2Time: 1_686_068_903, blockTime: 2 })

function spanOf(decoded: DecodedBatch): SpanBatch {
  assert.ok(decoded.kind === 'span')
  return decoded.batch
}
const decodeSpan = (encoded: string, with_ = rules) => spanOf(decodeBatch(fromHex(encoded), with_))
const plain = (block: SpanBatchBlock): Block => ({
  timestamp: Number(block.timestamp),
  epochNum: Number(block.epochNumber),
  transactions: block.transactions.map(toHex),
})

// Rules: span-columns, span-transactions
test('a span batch with every type of transaction decodes, and encodes to the same bytes', () => {
  const span = decodeSpan(vectors.encoded)
  assert.deepEqual([...span.blocks].map(plain), vectors.decoded)
  assert.equal(span.parentCheck, vectors.fields.parentCheck)
  assert.equal(span.l1OriginCheck, vectors.fields.l1OriginCheck)
  assert.equal(toHex(encodeSpanBatch(span, { ...rules, beginsEpoch: false })), vectors.encoded)
  const entry = rlpBytes(decodeRlp(fromHex(vectors.channelEntry)))
  assert.deepEqual(decodeBatch(entry, rules), { kind: 'span', batch: span })
})

for (const { stage, note, encoded } of vectors.rejected) {
  // Rules: span-columns
  test(`a span batch is ${stage === 'decode' ? 'refused' : 'skipped'}: ${note}`, () => {
    const decode = () => decodeBatch(fromHex(encoded), rules)
    if (stage === 'decode') assert.throws(decode, { name: 'DecodeError' })
    else assert.deepEqual(decode(), { kind: 'skipped', reason: 'malformed-transaction' })
  })
}

// Rules: origin-bits
test('the origin bits count epochs back from the last epoch', () => {
  for (const { l1OriginNum, originBits, epochNums } of vectors.epochExamples) {
    const bytes = [
      Uint8Array.of(1, 0),
      encodeUvarint(BigInt(l1OriginNum)),
      new Uint8Array(40),
      encodeUvarint(BigInt(originBits.length)),
      encodeBitlist(originBits.map(Boolean)),
      new Uint8Array(originBits.length),
    ]
    const span = spanOf(decodeBatch(Buffer.concat(bytes), rules))
    assert.deepEqual(
      [...span.blocks].map((block) => Number(block.epochNumber)),
      epochNums,
    )
  }
})

// Rules: bitlists
test('numbers and bit lists have the expected encoding', () => {
  for (const [value, hex] of vectors.uvarint) {
    const bytes = fromHex(hex)
    assert.equal(toHex(encodeUvarint(BigInt(value))), hex)
    assert.equal(endOfUvarint(bytes, 0), bytes.length)
    assert.equal(uvarint(bytes, 0, bytes.length), BigInt(value))
  }
  for (const { bits, bytes } of vectors.bitlists) {
    const list = new Bitlist(fromHex(bytes), bits.length)
    assert.equal(toHex(encodeBitlist(bits.map(Boolean))), bytes)
    assert.deepEqual(
      bits.map((_, index) => (list.has(index) ? 1 : 0)),
      bits,
    )
    assert.equal(list.count(), bits.filter(Boolean).length)
  }
})

test('a span batch can have a post-exec and a signed transaction', () => {
  const { encoded, timestamp, epochNum, transactions } = postExec.spanBatch
  const postExecRules = rulesOf(postExec.config)
  const span = decodeSpan(encoded, postExecRules)
  assert.deepEqual([...span.blocks].map(plain), [{ timestamp, epochNum, transactions }])
  assert.equal(toHex(encodeSpanBatch(span, { ...postExecRules, beginsEpoch: false })), encoded)
})

/**
 * Name of a vector that op-node v1.19.6 accepts. This version made the vectors. Atoll follows a newer rule, by which
 * the batch is skipped.
 */
const takenByOldRule = 'creation bit clear, with to, signature, nonce, gas: ignored'

for (const { name, encoded, error, transactions } of postExec.spanCases) {
  // Rules: span-transactions, post-exec-slots
  test(`post-exec transaction: ${name}`, () => {
    const decode = () => decodeSpan(encoded, rulesOf(postExec.config))
    if (name === takenByOldRule)
      return assert.deepEqual(decodeBatch(fromHex(encoded), rulesOf(postExec.config)), {
        kind: 'skipped',
        reason: 'post-exec-slot',
      })
    if (error === undefined)
      assert.deepEqual([...decode().blocks].flatMap(plain)[0]?.transactions, transactions)
    else assert.throws(decode, { name: 'DecodeError' })
  })
}

/** A span batch with only a post-exec transaction, in parts: bits, signature, recipient, data, nonce and gas limit. */
const slots = {
  creation: '01',
  parity: '00',
  signature: '00'.repeat(64),
  to: '',
  data: '7dc6012ac3c20307',
  nonce: '00',
  gasLimit: '00',
}

function spanWith(changes: Partial<typeof slots>): DecodedBatch {
  const prefix = `01c80165${'1e'.repeat(20)}${'f5'.repeat(20)}010001`
  const encoded = `${prefix}${Object.values({ ...slots, ...changes }).join('')}`
  return decodeBatch(Buffer.from(encoded, 'hex'), rulesOf(postExec.config))
}

for (const { what, changes } of [
  { what: 'a recipient', changes: { creation: '00', to: '11'.repeat(20) } },
  { what: 'zeros as recipient', changes: { creation: '00', to: '00'.repeat(20) } },
  { what: 'an odd y', changes: { parity: '01' } },
  { what: 'the first byte of r', changes: { signature: `01${'00'.repeat(63)}` } },
  { what: 'the last byte of s', changes: { signature: `${'00'.repeat(63)}01` } },
  { what: 'a nonce', changes: { nonce: '01' } },
  { what: 'a nonce in a long form', changes: { nonce: '8001' } },
  { what: 'a gas limit', changes: { gasLimit: '01' } },
])
  // Rules: post-exec-slots
  test(`a span batch in which a post-exec transaction has ${what} is skipped`, () => {
    assert.deepEqual(spanWith(changes), { kind: 'skipped', reason: 'post-exec-slot' })
  })

for (const { what, changes } of [
  { what: 'zeros', changes: {} },
  { what: 'zeros in a long form', changes: { nonce: '8000', gasLimit: '808000' } },
])
  // Rules: post-exec-slots
  test(`a span batch in which a post-exec transaction has ${what} is accepted`, () => {
    const blocks = [...spanOf(spanWith(changes)).blocks]
    assert.deepEqual(blocks.map(plain)[0]?.transactions, [`0x${slots.data}`])
  })

// Rules: span-columns
test('a span batch of OP Mainnet decodes to its transactions', () => {
  const folder =
    process.env['ATOLL_VECTORS'] ?? join(import.meta.dirname, '../../../test/vectors/derivation')
  const hex = readFileSync(join(folder, 'op_mainnet_span_channel.hex'), 'utf8').trim()
  const compressed = Buffer.from(hex.replace(/^0x/, ''), 'hex')
  const content = inflateSync(compressed, { finishFlush: constants.Z_SYNC_FLUSH })
  // The RLP head of the entry is a prefix byte and a length of three bytes.
  const batch = content.subarray(4)
  assert.equal(batch.length, channel.batchBytes)
  const span = spanOf(decodeBatch(batch, mainnet))
  assert.equal(span.parentCheck, channel.parentCheck)
  assert.equal(span.l1OriginCheck, channel.l1OriginCheck)
  assert.deepEqual(
    [...span.blocks].map(({ timestamp, epochNumber, transactions }) => ({
      timestamp: Number(timestamp),
      epochNum: Number(epochNumber),
      txHashes: transactions.map((transaction) => toHex(keccak256(transaction))),
    })),
    channel.blocks,
  )
  // The decoded batch does not say whether its first block begins an epoch, so both encodings are tried.
  const again = [true, false].map((beginsEpoch) =>
    encodeSpanBatch(span, { ...mainnet, beginsEpoch }),
  )
  assert.ok(again.some((bytes) => batch.equals(bytes)))
})
