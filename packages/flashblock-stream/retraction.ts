import type { Bytes8, Hash } from '#protocol/primitives.ts'

/** A promise that cannot be kept: flashblocks were published, and their block is built without them. */
export interface Retraction {
  readonly payloadId: Bytes8
  /** Number of the block. */
  readonly number: bigint
  /** Newest index that was published. */
  readonly index: number
  /** Hashes of the transactions that are not in the block. */
  readonly transactions: readonly Hash[]
  /** One sentence for the users of these transactions. */
  readonly reason: string
}

/** Encodes a retraction for `/ws/events`, with the names and numbers of the stream of flashblocks. */
export function retractionToJson(retraction: Retraction): Readonly<Record<string, unknown>> {
  const { index, number, payloadId, reason, transactions } = retraction
  return {
    event: 'retracted',
    payload_id: payloadId,
    index,
    block_number: Number(number),
    transactions,
    reason,
  }
}
