import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { joined } from '#protocol/codec/joined.ts'
import {
  decodeRlpList,
  encodeRlp,
  rlpBytes,
  type RlpItem,
  rlpList,
  rlpUint,
} from '#protocol/codec/rlp.ts'
import type { SingularBatch, SpanBatch, SpanBatchBlock } from '#protocol/batch/batch.ts'
import { batchTypes } from '#protocol/batch/decode-batch.ts'
import { RlpScan } from '#protocol/codec/rlp-scan.ts'
import { encodeBitlist, encodeUvarint } from './columns.ts'
import { postExecType } from '#protocol/transaction/transaction-types.ts'

/** Parameters of the encoding that a decoded span batch does not have. */
export interface SpanBatchEncoding {
  /** Unix seconds. */
  readonly genesisTimestamp: bigint
  readonly chainId: bigint
  /** Whether the first block is the first of its epoch. Sets the origin bit of this block, which no decoder needs. */
  readonly beginsEpoch: boolean
}

/** Combines one or more consecutive blocks into a span batch. */
export function toSpanBatch(batches: readonly SingularBatch[]): SpanBatch {
  const [first] = batches
  const last = batches.at(-1)
  if (first === undefined || last === undefined) throw new RangeError('no blocks')
  return {
    parentCheck: first.parentHash.slice(0, 42),
    l1OriginCheck: last.epochHash.slice(0, 42),
    blocks: batches,
  }
}

/**
 * The bytes of a span batch, with the type byte first.
 *
 * @throws DecodeError for a transaction that a span batch cannot carry on this chain
 * @throws RangeError without a block, or if the epoch number changes from block to block by anything but 0 or +1
 * Spec: protocol/delta/span-batches.md#span-batch-format
 */
export function encodeSpanBatch(span: SpanBatch, encoding: SpanBatchEncoding): Uint8Array {
  const blocks = [...span.blocks]
  const first = blocks[0]
  const last = blocks.at(-1)
  if (first === undefined || last === undefined) throw new RangeError('no blocks')
  const transactions = blocks
    .flatMap((block) => block.transactions)
    .map((raw) => splitTransaction(raw, encoding.chainId))
  return joined([
    Uint8Array.of(batchTypes.span),
    encodeUvarint(first.timestamp - encoding.genesisTimestamp),
    encodeUvarint(last.epochNumber),
    fromHex(span.parentCheck),
    fromHex(span.l1OriginCheck),
    encodeUvarint(BigInt(blocks.length)),
    encodeBitlist(originBits(blocks, encoding)),
    ...blocks.map((block) => encodeUvarint(BigInt(block.transactions.length))),
    encodeBitlist(transactions.map(({ to }) => to.length === 0)),
    encodeBitlist(transactions.map(({ isOdd }) => isOdd)),
    ...transactions.map(({ signature }) => signature),
    ...transactions.map(({ to }) => to),
    ...transactions.map(({ data }) => data),
    ...transactions.map(({ nonce }) => encodeUvarint(nonce)),
    ...transactions.map(({ gasLimit }) => encodeUvarint(gasLimit)),
    encodeBitlist(transactions.flatMap(({ isProtected }) => isProtected ?? [])),
  ])
}

function originBits(
  blocks: readonly SpanBatchBlock[],
  { beginsEpoch }: SpanBatchEncoding,
): boolean[] {
  return blocks.map(({ epochNumber }, index) => {
    const advance = epochNumber - (blocks[index - 1]?.epochNumber ?? epochNumber)
    if (advance !== 0n && advance !== 1n)
      throw new RangeError(`from epoch ${epochNumber - advance} to ${epochNumber}`)
    return index === 0 ? beginsEpoch : advance === 1n
  })
}

/** A transaction split into columns. */
interface SplitTransaction {
  readonly isOdd: boolean
  /** For legacy transactions only. */
  readonly isProtected: boolean | undefined
  /** r and s, 32 bytes each. */
  readonly signature: Uint8Array
  /** Empty for the creation of a contract. */
  readonly to: Uint8Array
  readonly nonce: bigint
  readonly gasLimit: bigint
  /** The remaining fields, which have no column of their own. */
  readonly data: Uint8Array
}

function splitTransaction(raw: Uint8Array, chainId: bigint): SplitTransaction {
  const type = raw[0] ?? 0
  if (type === postExecType) return splitPostExec(raw)
  if (type >= 0xc0) return splitLegacy(raw, chainId)
  const feeFields = { 1: 1, 2: 2, 4: 2 }[type]
  if (feeFields === undefined) throw new DecodeError(`transaction type ${type} in a span batch`)
  const fields = decodeRlpList(raw.subarray(1))
  if (rlpUint(fields[0], wordBytes) !== chainId)
    throw new DecodeError('a transaction of another chain')
  const fees = fields.slice(2, 2 + feeFields)
  const [gasLimit, to, value, data, ...rest] = fields.slice(2 + feeFields)
  const lists = rest.slice(0, type === 4 ? 2 : 1).map(rlpList)
  const [parity, ...signature] = rest.slice(lists.length)
  return {
    isOdd: rlpUint(parity, 1) === 1n,
    isProtected: undefined,
    signature: joined(words(signature)),
    to: recipient(to),
    nonce: rlpUint(fields[1], 8),
    gasLimit: rlpUint(gasLimit, 8),
    data: joined([
      Uint8Array.of(type),
      encodeRlp([rlpBytes(value), ...fees, rlpBytes(data), ...lists]),
    ]),
  }
}

function splitLegacy(raw: Uint8Array, chainId: bigint): SplitTransaction {
  const [nonce, gasPrice, gasLimit, to, value, data, v, ...signature] = decodeRlpList(raw)
  const vValue = rlpUint(v, wordBytes)
  const isProtected = vValue !== 27n && vValue !== 28n
  if (isProtected && (vValue - 35n) >> 1n !== chainId)
    throw new DecodeError('a transaction of another chain')
  return {
    // `v` is 27 or 35 + 2·chainId for parity 0, and larger by 1 for parity 1. So an even `v` means odd parity.
    isOdd: vValue % 2n === 0n,
    isProtected,
    signature: joined(words(signature)),
    to: recipient(to),
    nonce: rlpUint(nonce, 8),
    gasLimit: rlpUint(gasLimit, 8),
    data: encodeRlp([rlpBytes(value), rlpBytes(gasPrice), rlpBytes(data)]),
  }
}

/** A post-exec transaction has no signature. All its bytes are data, and it is encoded as a contract creation. */
function splitPostExec(raw: Uint8Array): SplitTransaction {
  if (new RlpScan(raw, 1).list(raw.length) !== raw.length)
    throw new DecodeError('bytes after the list of a post-exec transaction')
  return {
    isOdd: false,
    isProtected: undefined,
    signature: new Uint8Array(64),
    to: new Uint8Array(0),
    nonce: 0n,
    gasLimit: 0n,
    data: raw,
  }
}

const wordBytes = 32

function words(signature: readonly RlpItem[]): readonly Uint8Array[] {
  if (signature.length !== 2) throw new DecodeError('a transaction has too many or too few fields')
  return signature.map((item) => toFixedBigEndian(rlpUint(item, wordBytes), wordBytes))
}

function recipient(item: RlpItem | undefined): Uint8Array {
  const to = rlpBytes(item)
  if (to.length !== 0 && to.length !== 20)
    throw new DecodeError(`a recipient of ${to.length} bytes`)
  return to
}
