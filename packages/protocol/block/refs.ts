import type { Hash } from '#protocol/primitives.ts'

/** Hash and number of an L1 or L2 block. */
export interface BlockId {
  readonly hash: Hash
  readonly number: bigint
}

/** Reduces a block to its hash and number, for a log line. */
export function idOf({ hash, number }: BlockId): BlockId {
  return { hash, number }
}

/** An L1 block with its parent and time. Times are Unix seconds. */
export interface L1BlockRef extends BlockId {
  readonly parentHash: Hash
  readonly timestamp: bigint
}

/** An L2 block with its parent, its time and its L1 origin. Spec: derivation.md#overview */
export interface L2BlockRef extends BlockId {
  readonly parentHash: Hash
  readonly timestamp: bigint
  readonly l1Origin: BlockId
  /** The block's position among the blocks with the same L1 origin, from 0. */
  readonly sequenceNumber: bigint
}
