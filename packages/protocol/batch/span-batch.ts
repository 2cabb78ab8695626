import { toHex } from '#protocol/codec/hex.ts'
import type { SpanBatch, SpanBatchBlock, SpanBatchBlocks } from './batch.ts'
import type { SpanBatchColumns } from './span-batch-columns.ts'
import { SpanBatchTransactions } from './span-batch-transactions.ts'

/** What a span batch leaves out because each chain has its own. Times are in seconds. */
export interface SpanBatchRules {
  readonly genesisTimestamp: bigint
  readonly blockTime: bigint
  readonly chainId: bigint
}

// Rule origin-bits: Epochs are counted back from the last by the origin bits; the first bit is ignored.
// Spec: delta/span-batches.md#span-batch-format, derive/span_batch.go
/**
 * Puts the transactions of the columns together; blocks are made of them when they are asked for.
 * Times and epochs are numbers of 64 bits that wrap around, as op-node reckons.
 *
 * @throws DecodeError if a transaction cannot be put together: then the batch is skipped, but not the rest of its channel
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

/** Blocks of which none is an object before it is asked for: a few bytes of L1 may stand for ten million of them. */
class ColumnBlocks implements SpanBatchBlocks {
  readonly length: number
  readonly #firstTimestamp: bigint
  readonly #blockTime: bigint
  readonly #firstEpoch: bigint
  /** For each block, how many epochs after the first its own is. */
  readonly #epochs: Uint32Array
  /** For each block, how many transactions there are up to its last. */
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
      // What the bit of the first block says, its parent says too.
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
