import { DecodeError } from '#protocol/codec/decode-error.ts'
import { Bitlist, bitlistBytes } from './bitlist.ts'
import { RlpScan } from '#protocol/codec/rlp-scan.ts'
import { endOfUvarint, smallUvarint, uvarint } from './uvarint.ts'

// Rule limit-span: A span batch has 10,000,000 blocks and transactions at most. Spec: fjord/derivation.md, derive/params.go
/** Limit on the blocks of a span batch, and on their transactions. Spec: protocol/fjord/derivation.md */
export const MAX_SPAN_BATCH_ELEMENT_COUNT = 10_000_000

// Rule limit-span-transaction: A transaction of a span batch has 10,000,000 bytes at most. Spec: derive/span_batch_util.go
/** Limit in bytes on the RLP list of a transaction's fields, including the head of the list. */
export const maxTransactionBytes = 10_000_000

/** A first byte of this value or above is not a type: it begins the list of a legacy transaction. Spec: EIP-2718 */
export const firstByteOfLegacy = 0x80

/** An encoded span batch: one column for each field of its transactions. */
export interface SpanBatchColumns {
  /** The whole batch; all offsets refer to it. */
  readonly bytes: Uint8Array
  /** Seconds from genesis to the first block. */
  readonly relativeTimestamp: bigint
  /** L1 origin of the last block. */
  readonly l1OriginNumber: bigint
  readonly parentCheck: Uint8Array
  readonly l1OriginCheck: Uint8Array
  /** One bit for each block: whether its L1 origin differs from the L1 origin of the block before. */
  readonly originBits: Bitlist
  /** Number of transactions of each block. */
  readonly transactionCounts: Uint32Array
  readonly transactionCount: number
  readonly creationBits: Bitlist
  readonly parityBits: Bitlist
  /** One bit for each legacy transaction: whether its signature has replay protection (EIP-155). */
  readonly protectedBits: Bitlist
  /** Offsets of the columns. */
  readonly signaturesAt: number
  readonly recipientsAt: number
  readonly datasAt: number
  readonly noncesAt: number
  readonly gasLimitsAt: number
}

// Rule span-columns: Column layout of a span batch. Spec: delta/span-batches.md#span-batch-format, derive/span_batch.go
/**
 * Finds the columns of a span batch. Their content is read only as far as needed to find their ends.
 *
 * @param bytes without the type byte; bytes after the last column are ignored
 * @throws DecodeError if a column is truncated or malformed, or if there are no blocks or too many blocks
 * Spec: protocol/delta/span-batches.md#span-batch-format
 */
export function decodeSpanBatchColumns(bytes: Uint8Array): SpanBatchColumns {
  const reader = new ColumnReader(bytes)
  const prefix = {
    relativeTimestamp: reader.uvarint(),
    l1OriginNumber: reader.uvarint(),
    parentCheck: reader.take(20),
    l1OriginCheck: reader.take(20),
  }
  const blockCount = reader.count()
  if (blockCount === 0) throw new DecodeError('a span batch without blocks')
  const originBits = reader.bits(blockCount)
  const transactionCounts = reader.counts(blockCount)
  const transactionCount = sumOf(transactionCounts)

  const creationBits = reader.bits(transactionCount)
  const parityBits = reader.bits(transactionCount)
  const signaturesAt = reader.skip(transactionCount * 64)
  const recipientsAt = reader.skip((transactionCount - creationBits.count()) * 20)
  const datasAt = reader.position
  const legacyCount = reader.skipDatas(transactionCount)
  const columns = {
    ...prefix,
    originBits,
    transactionCounts,
    transactionCount,
    creationBits,
    parityBits,
    signaturesAt,
    recipientsAt,
    datasAt,
    noncesAt: reader.skipUvarints(transactionCount),
    gasLimitsAt: reader.skipUvarints(transactionCount),
    protectedBits: reader.bits(legacyCount),
  }
  // Only the columns are kept, since the rest of the channel may be far larger than the batch.
  return { ...columns, bytes: bytes.subarray(0, reader.position) }
}

function sumOf(counts: Uint32Array): number {
  let sum = 0
  for (const count of counts) sum += count
  if (sum > MAX_SPAN_BATCH_ELEMENT_COUNT)
    throw new DecodeError(`${sum} transactions, at most ${MAX_SPAN_BATCH_ELEMENT_COUNT}`)
  return sum
}

/** Reads the columns in order. Each method throws DecodeError if its column is incomplete. */
class ColumnReader {
  readonly #bytes: Uint8Array
  position = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  uvarint(): bigint {
    const from = this.position
    this.position = endOfUvarint(this.#bytes, from)
    return uvarint(this.#bytes, from, this.position)
  }

  count(): number {
    const from = this.position
    this.position = endOfUvarint(this.#bytes, from)
    // A small number may have a long encoding, so the length of the encoding does not show whether the number is within
    // the limit.
    const count =
      smallUvarint(this.#bytes, from, this.position) ??
      Number(uvarint(this.#bytes, from, this.position))
    if (count > MAX_SPAN_BATCH_ELEMENT_COUNT)
      throw new DecodeError(`${count} elements, at most ${MAX_SPAN_BATCH_ELEMENT_COUNT}`)
    return count
  }

  counts(length: number): Uint32Array {
    // Each element takes at least a byte, so a count above the remaining bytes is refused before the allocation.
    if (length > this.#bytes.length - this.position)
      throw new DecodeError('the transaction counts are truncated')
    const counts = new Uint32Array(length)
    for (let at = 0; at < length; at++) counts[at] = this.count()
    return counts
  }

  bits(length: number): Bitlist {
    return new Bitlist(this.take(bitlistBytes(length)), length)
  }

  take(length: number): Uint8Array {
    const from = this.skip(length)
    return this.#bytes.subarray(from, this.position)
  }

  /** Skips bytes, and returns their offset. */
  skip(length: number): number {
    const from = this.position
    if (length > this.#bytes.length - from)
      throw new DecodeError(`${from + length - this.#bytes.length} bytes are missing`)
    this.position = from + length
    return from
  }

  /** Skips numbers, and returns the offset of the first one. */
  skipUvarints(length: number): number {
    const from = this.position
    for (let at = 0; at < length; at++) this.position = endOfUvarint(this.#bytes, this.position)
    return from
  }

  /** Skips the data of transactions, and returns the number of legacy transactions. */
  skipDatas(length: number): number {
    const scan = new RlpScan(this.#bytes, this.position)
    let legacy = 0
    for (let at = 0; at < length; at++) {
      const type = this.#bytes[scan.position] ?? 0
      // The invalid type 0 counts as legacy here, and is refused later.
      if (type === 0 || type >= firstByteOfLegacy) legacy++
      if (type < firstByteOfLegacy) scan.position++
      const from = scan.position
      scan.position = scan.list(this.#bytes.length)
      if (scan.position - from > maxTransactionBytes)
        throw new DecodeError(`${scan.position - from} bytes, at most ${maxTransactionBytes}`)
    }
    this.position = scan.position
    return legacy
  }
}
