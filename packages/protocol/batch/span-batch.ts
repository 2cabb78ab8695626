import { toHex } from '#protocol/codec/hex.ts'
import type { SpanBatch, SpanBatchBlock } from './batch.ts'
import type { SpanBatchColumns } from './span-batch-columns.ts'
import { SpanBatchTransactions } from './span-batch-transactions.ts'

/** What a span batch leaves out because each chain has its own. Times are in seconds. */
export interface SpanBatchRules {
  readonly genesisTimestamp: bigint
  readonly blockTime: bigint
  readonly chainId: bigint
}

/**
 * Makes blocks of the columns. Times and epochs are numbers of 64 bits that wrap around, as op-node reckons.
 *
 * @throws DecodeError if a transaction cannot be put together: then the batch is skipped, but not the rest of its channel
 * Spec: protocol/delta/span-batches.md#span-batch-format
 */
export function deriveSpanBatch(columns: SpanBatchColumns, rules: SpanBatchRules): SpanBatch {
  const { originBits, transactionCounts } = columns
  const transactions = new SpanBatchTransactions(columns, rules.chainId)
  const blocks: SpanBatchBlock[] = []
  let timestamp = rules.genesisTimestamp + columns.relativeTimestamp
  let epochNumber = columns.l1OriginNumber - BigInt(countEpochs(columns))
  for (const [index, count] of transactionCounts.entries()) {
    if (index > 0) {
      timestamp += rules.blockTime
      if (originBits.has(index)) epochNumber++
    }
    blocks.push({
      timestamp: BigInt.asUintN(64, timestamp),
      epochNumber: BigInt.asUintN(64, epochNumber),
      transactions: count === 0 ? none : takeTransactions(transactions, count),
    })
  }
  return {
    parentCheck: toHex(columns.parentCheck),
    l1OriginCheck: toHex(columns.l1OriginCheck),
    blocks,
  }
}

/** How many blocks begin an epoch, but for the first: what its bit says, its parent says too. */
function countEpochs({ originBits }: SpanBatchColumns): number {
  return originBits.count() - (originBits.has(0) ? 1 : 0)
}

/** Shared by all blocks that have no transactions: there may be ten million of them. */
const none: readonly Uint8Array[] = []

function takeTransactions(all: SpanBatchTransactions, count: number): readonly Uint8Array[] {
  const transactions: Uint8Array[] = []
  for (let taken = 0; taken < count; taken++) transactions.push(all.next())
  return transactions
}
