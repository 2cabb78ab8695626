import type { Hash } from '#protocol/primitives.ts'

/** One L2 block as the batcher posted it. Spec: protocol/derivation.md#batch-format */
export interface SingularBatch {
  readonly parentHash: Hash
  readonly epochNumber: bigint
  readonly epochHash: Hash
  /** Unix seconds. */
  readonly timestamp: bigint
  /** Typed bytes of the transactions, which are never deposits, as views into the decoded channel. */
  readonly transactions: readonly Uint8Array[]
}

/** Several L2 blocks in one batch. Spec: protocol/delta/span-batches.md */
export interface SpanBatch {
  /** First 20 bytes of the hash of the first block's parent, as `0x` hex. */
  readonly parentCheck: string
  /** First 20 bytes of the hash of the last block's L1 origin, as `0x` hex. */
  readonly l1OriginCheck: string
  /** At least one. */
  readonly blocks: SpanBatchBlocks
}

/** The blocks of a span batch, in order: an array, or blocks that are decoded one by one when they are read. */
export interface SpanBatchBlocks extends Iterable<SpanBatchBlock> {
  readonly length: number
  /** The block at an index; undefined past the last block. A negative index counts from the end. */
  at(index: number): SpanBatchBlock | undefined
}

/** A block of a span batch. */
export interface SpanBatchBlock {
  /** Unix seconds. */
  readonly timestamp: bigint
  readonly epochNumber: bigint
  /** Typed transaction bytes, rebuilt with their signatures from the columns of the batch. */
  readonly transactions: readonly Uint8Array[]
}

/** A batch of a channel. */
export type Batch =
  | { readonly kind: 'singular'; readonly batch: SingularBatch }
  | { readonly kind: 'span'; readonly batch: SpanBatch }
