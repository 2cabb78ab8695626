import { toBigEndian } from '#protocol/codec/big-endian.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { RlpScan } from '#protocol/codec/rlp-scan.ts'
import { overheadPerList, RlpWriter } from '#protocol/codec/rlp-writer.ts'
import { firstByteOfLegacy, type SpanBatchColumns } from './span-batch-columns.ts'
import { endOfUvarint, smallUvarint, uvarint } from './uvarint.ts'
import {
  accessListType,
  dynamicFeeType,
  setCodeType,
  postExecType,
} from '#protocol/transaction/transaction-types.ts'

/**
 * Limit in bytes on a number in a set-code transaction. op-node decodes these numbers into 256 bits. Numbers of older
 * transaction types have no limit.
 */
const wordBytes = 32

/** Thrown if a post-exec transaction has a value in a column that such a transaction does not use. */
export class PostExecSlotError extends DecodeError {}

// Rule span-transactions: Transactions are rebuilt byte for byte. If a transaction cannot be rebuilt, only its batch is
// skipped.
// Spec: delta/span-batches.md#span-batch-format, derive/span_batch_txs.go
/**
 * Rebuilds the transactions of a span batch one by one, by reading the next entry of each column. No transaction
 * objects are made: the RLP in the columns is checked to be canonical, and copied. Spec:
 * protocol/delta/span-batches.md#span-batch-format
 */
export class SpanBatchTransactions {
  readonly #columns: SpanBatchColumns
  readonly #chainId: Uint8Array
  /** `v` of a legacy transaction with replay protection, for each parity. Spec: EIP-155 */
  readonly #protectedV: readonly [Uint8Array, Uint8Array]
  readonly #writer: RlpWriter
  readonly #scan: RlpScan
  #index = 0
  #legacyIndex = 0
  #signatureAt: number
  #recipientAt: number
  #nonceAt: number
  #gasLimitAt: number

  constructor(columns: SpanBatchColumns, chainId: bigint) {
    this.#columns = columns
    this.#chainId = toBigEndian(chainId)
    this.#protectedV = [toBigEndian(2n * chainId + 35n), toBigEndian(2n * chainId + 36n)]
    this.#scan = new RlpScan(columns.bytes, columns.datasAt)
    this.#signatureAt = columns.signaturesAt
    this.#recipientAt = columns.recipientsAt
    this.#nonceAt = columns.noncesAt
    this.#gasLimitAt = columns.gasLimitsAt
    // In a transaction, nonce, gas limit, recipient, r and s each take at most one byte more than in the columns. The
    // chain id (or v) and the parity are added.
    const perTransaction = overheadPerList + 5 + (this.#chainId.length + 3) + 1
    this.#writer = new RlpWriter(columns.bytes.length + columns.transactionCount * perTransaction)
  }

  /**
   * Returns the next transaction, in the order of the batch, as a view into the buffer that all transactions share.
   * Called once for each transaction.
   *
   * @throws DecodeError if the fields do not match the type. The caller then skips the whole batch.
   */
  next(): Uint8Array {
    const { bytes, creationBits } = this.#columns
    const type = bytes[this.#scan.position] ?? 0
    const isCreation = creationBits.has(this.#index)
    const transaction =
      type === postExecType ? this.#postExec() : this.#signed(type, this.#fields(type))
    this.#index++
    this.#signatureAt += 64
    if (!isCreation) this.#recipientAt += 20
    this.#nonceAt = endOfUvarint(bytes, this.#nonceAt)
    this.#gasLimitAt = endOfUvarint(bytes, this.#gasLimitAt)
    return transaction
  }

  /**
   * Copies a post-exec transaction without checking its RLP. Its creation bit must be set, and its entries in the other
   * columns that are checked must be zero.
   */
  #postExec(): Uint8Array {
    const { bytes } = this.#columns
    this.#checkPostExecSlots()
    const from = this.#scan.position++
    this.#scan.position = this.#scan.list(bytes.length)
    return this.#writer.verbatim(bytes, from, this.#scan.position)
  }

  // Rule post-exec-slots: A post-exec transaction has the creation bit, and zero as y parity, signature, nonce and gas
  // limit. Otherwise its span batch is skipped. op-node up to v1.19.6 takes any values. Later versions do not.
  // Spec: lagoon/derivation.md#transposed-envelope-fields, derive/span_batch_txs.go of op-node after v1.19.6
  #checkPostExecSlots(): void {
    const { bytes, creationBits, parityBits } = this.#columns
    const isZero = (at: number) => uvarint(bytes, at, endOfUvarint(bytes, at)) === 0n
    const isCanonical =
      creationBits.has(this.#index) &&
      !parityBits.has(this.#index) &&
      bytes.subarray(this.#signatureAt, this.#signatureAt + 64).every((byte) => byte === 0) &&
      isZero(this.#nonceAt) &&
      isZero(this.#gasLimitAt)
    if (!isCanonical)
      throw new PostExecSlotError(
        'a post-exec transaction has a value in a column that it does not use',
      )
  }

  /** Finds the offsets of the fields in a transaction's list, and checks that the fields are canonical RLP. */
  #fields(type: number): Fields {
    const scan = this.#scan
    const isLegacy = type >= firstByteOfLegacy
    if (!isLegacy) {
      if (type !== accessListType && type !== dynamicFeeType && type !== setCodeType)
        throw new DecodeError(`a span batch cannot have a transaction of type ${type}`)
      scan.position++
    }
    const end = scan.list(this.#columns.bytes.length)
    const valueAt = scan.position
    const maxBytes = type === setCodeType ? wordBytes : Infinity
    scan.uint(maxBytes, end)
    const feesAt = scan.position
    scan.uint(maxBytes, end)
    if (type === dynamicFeeType || type === setCodeType) scan.uint(maxBytes, end)
    const dataAt = scan.position
    scan.string(end)
    if (!isLegacy) scanAccessList(scan, end)
    if (type === setCodeType) scanAuthorizations(scan, end)
    scan.leave(end)
    return { valueAt, feesAt, dataAt, end }
  }

  #signed(type: number, { valueAt, feesAt, dataAt, end }: Fields): Uint8Array {
    const { bytes, parityBits } = this.#columns
    const writer = this.#writer
    const isLegacy = type >= firstByteOfLegacy
    const parity = parityBits.has(this.#index) ? 1 : 0
    writer.beginList()
    if (!isLegacy) writer.uintFrom(this.#chainId, 0, this.#chainId.length)
    this.#copyUvarint(this.#nonceAt)
    writer.copy(bytes, feesAt, dataAt)
    this.#copyUvarint(this.#gasLimitAt)
    this.#recipient(type)
    writer.copy(bytes, valueAt, feesAt)
    writer.copy(bytes, dataAt, end)
    if (isLegacy) this.#legacyV(parity)
    else writer.uint(parity)
    writer.uintFrom(bytes, this.#signatureAt, this.#signatureAt + 32)
    writer.uintFrom(bytes, this.#signatureAt + 32, this.#signatureAt + 64)
    return writer.endList(isLegacy ? undefined : type)
  }

  #recipient(type: number): void {
    if (!this.#columns.creationBits.has(this.#index))
      this.#writer.string(this.#columns.bytes, this.#recipientAt, this.#recipientAt + 20)
    else if (type === setCodeType)
      throw new DecodeError('a set-code transaction cannot create a contract')
    else this.#writer.uint(0)
  }

  #legacyV(parity: 0 | 1): void {
    const v = this.#protectedV[parity]
    if (this.#columns.protectedBits.has(this.#legacyIndex++)) this.#writer.uintFrom(v, 0, v.length)
    else this.#writer.uint(27 + parity)
  }

  /** Converts a number of a column to RLP. Only a large number is first converted to a bigint. */
  #copyUvarint(at: number): void {
    const { bytes } = this.#columns
    const end = endOfUvarint(bytes, at)
    const small = smallUvarint(bytes, at, end)
    if (small !== undefined) {
      this.#writer.uint(small)
      return
    }
    const big = toBigEndian(uvarint(bytes, at, end))
    this.#writer.uintFrom(big, 0, big.length)
  }
}

/** Offsets of the fields of one transaction, in order, and the offset of the end of the last field. */
interface Fields {
  readonly valueAt: number
  readonly feesAt: number
  readonly dataAt: number
  readonly end: number
}

/** Spec: EIP-2930 */
function scanAccessList(scan: RlpScan, end: number): void {
  const listEnd = scan.list(end)
  while (scan.position < listEnd) {
    const entryEnd = scan.list(listEnd)
    scan.fixed(20, entryEnd)
    const keysEnd = scan.list(entryEnd)
    while (scan.position < keysEnd) scan.fixed(32, keysEnd)
    scan.leave(entryEnd)
  }
}

/** Spec: EIP-7702 */
function scanAuthorizations(scan: RlpScan, end: number): void {
  const listEnd = scan.list(end)
  while (scan.position < listEnd) {
    const entryEnd = scan.list(listEnd)
    scan.uint(wordBytes, entryEnd)
    scan.fixed(20, entryEnd)
    scan.uint(8, entryEnd)
    scan.uint(1, entryEnd)
    scan.uint(wordBytes, entryEnd)
    scan.uint(wordBytes, entryEnd)
    scan.leave(entryEnd)
  }
}
