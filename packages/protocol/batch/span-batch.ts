import { toHex } from '#protocol/codec/hex.ts'
import type { SpanBatch, SpanBatchBlock, SpanBatchBlocks } from './batch.ts'
import type { SpanBatchColumns } from './span-batch-columns.ts'
import { SpanBatchTransactions } from './span-batch-transactions.ts'

/** Parameters of the chain that a span batch does not encode. Times are in seconds. */
export interface SpanBatchRules {
  readonly genesisTimestamp: bigint
  readonly blockTime: bigint
  readonly chainId: bigint
}

// Rule origin-bits: The origin bits count epochs back from the last epoch; the first bit is ignored.
// Spec: delta/span-batches.md#span-batch-format, derive/span_batch.go
/**
 * Rebuilds the transactions from the columns. Block objects are made when they are read.
 * Times and epochs are 64-bit numbers that wrap around, as in op-node.
 *
 * @throws DecodeError if a transaction cannot be rebuilt. The caller skips the batch and reads the rest of the channel.
 * Spec: protocol/delta/span-batches.md#span-batch-format
 */
export function deriveSpanBatch(columns: SpanBatchColumns, rules: SpanBatchRules): SpanBatch {
  const all = new SpanBatchTransactions(columns, rules.chainId)
  const transactions: Uint8Array[] = []
  while (transactions.length < columns.transactionCount) transactions.push(all.next())
  return {
    parentCheck: toHex(columns.parentCheck),
    l1OriginCheck: toHex(columns.l1OriginCheck),
    blocks: new ColumnBlocks(columns, rules, transactions),
  }
}

/** Shared by all blocks that have no transactions. */
const none: readonly Uint8Array[] = []

/** Makes each block when it is read, because a few bytes of L1 may encode ten million blocks. */
class ColumnBlocks implements SpanBatchBlocks {
  readonly length: number
  readonly #firstTimestamp: bigint
  readonly #blockTime: bigint
  readonly #firstEpoch: bigint
  /** For each block, the distance of its epoch from the first epoch. */
  readonly #epochs: Uint32Array
  /** For each block, the number of transactions up to and including this block. */
  readonly #ends: Uint32Array
  readonly #transactions: readonly Uint8Array[]

  constructor(
    columns: SpanBatchColumns,
    rules: SpanBatchRules,
    transactions: readonly Uint8Array[],
  ) {
    const { originBits, transactionCounts } = columns
    this.length = transactionCounts.length
    this.#epochs = new Uint32Array(this.length)
    this.#ends = new Uint32Array(this.length)
    let epoch = 0
    let end = 0
    for (const [index, count] of transactionCounts.entries()) {
      // The first bit is redundant: the parent of the first block decides whether that block begins an epoch.
      if (index > 0 && originBits.has(index)) epoch++
      end += count
      this.#epochs[index] = epoch
      this.#ends[index] = end
    }
    this.#firstTimestamp = rules.genesisTimestamp + columns.relativeTimestamp
    this.#blockTime = rules.blockTime
    this.#firstEpoch = columns.l1OriginNumber - BigInt(epoch)
    this.#transactions = transactions
  }

  at(index: number): SpanBatchBlock | undefined {
    const place = index < 0 ? this.length + index : index
    const end = this.#ends[place]
    if (end === undefined) return undefined
    const from = this.#ends[place - 1] ?? 0
    const epochNumber = this.#firstEpoch + BigInt(this.#epochs[place] ?? 0)
    return {
      timestamp: BigInt.asUintN(64, this.#firstTimestamp + BigInt(place) * this.#blockTime),
      epochNumber: BigInt.asUintN(64, epochNumber),
      transactions: from === end ? none : this.#transactions.slice(from, end),
    }
  }

  *[Symbol.iterator](): Iterator<SpanBatchBlock> {
    for (let index = 0; index < this.length; index++) {
      const block = this.at(index)
      if (block !== undefined) yield block
    }
  }
}
