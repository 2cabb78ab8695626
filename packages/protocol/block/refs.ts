import type { Hash } from '#protocol/primitives.ts'

/** A block of either layer by hash and number. */
export interface BlockId {
  readonly hash: Hash
  readonly number: bigint
}

/** A block by hash and number, without the rest: what a log has of it. */
export function idOf({ hash, number }: BlockId): BlockId {
  return { hash, number }
}

/** An L1 block and its place in the chain. Times are Unix seconds. */
export interface L1BlockRef extends BlockId {
  readonly parentHash: Hash
  readonly timestamp: bigint
}

/** An L2 block, its place in the chain, and the L1 block whose epoch it belongs to. Spec: derivation.md#overview */
export interface L2BlockRef extends BlockId {
  readonly parentHash: Hash
  readonly timestamp: bigint
  readonly l1Origin: BlockId
  /** The block's position among those with its L1 origin, from 0. */
  readonly sequenceNumber: bigint
}
