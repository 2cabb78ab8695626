import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'

/** What a batch is checked against. */
export interface BatchContext {
  readonly config: RollupConfig
  /** Consecutive; the first is the epoch of the safe head, or the one after it. */
  readonly l1Blocks: readonly L1BlockRef[]
  /** The block to build on. */
  readonly safeHead: L2BlockRef
  /** The L1 block in which the batch was complete. */
  readonly inclusion: L1BlockRef
  readonly safeBlock: SafeBlockLookup
}

/** Looks up a block up to the safe head; undefined if it has not been fetched. */
export type SafeBlockLookup = (number: bigint) => SafeBlock | undefined

/** A block of the safe chain, to compare with a batch that overlaps it. */
export interface SafeBlock {
  readonly ref: L2BlockRef
  /** All transactions as typed bytes, deposits first. */
  readonly transactions: readonly Uint8Array[]
}

/** The verdict on a batch. Spec: protocol/derivation.md#batch-queue, protocol/holocene/derivation.md#batch-queue */
export type BatchVerdict =
  | { readonly kind: 'accept' }
  /** Invalid, now and later. */
  | { readonly kind: 'drop'; readonly reason: BatchFlaw }
  /** Older than the safe head; from Holocene on. */
  | { readonly kind: 'past' }
  /** Too early; before Holocene. */
  | { readonly kind: 'future' }
  /** More L1 blocks must be known. */
  | { readonly kind: 'undecided'; readonly reason: MissingKnowledge }
  /** A block of the safe chain must be known; the number is never above the safe head's. */
  | NeedsBlock

/** A block of the safe chain has to be fetched first. */
export interface NeedsBlock {
  readonly kind: 'needs-block'
  readonly number: bigint
}

/** Why a batch is not valid. */
export type BatchFlaw =
  | 'activation-block-with-transactions'
  | 'before-delta'
  | 'deposit-in-batch'
  | 'empty-transaction'
  | 'epoch-before-l1-origin'
  | 'epoch-of-other-chain'
  | 'epoch-too-far-ahead'
  | 'epoch-too-old'
  | 'epoch-unknown'
  | 'included-too-late'
  | 'other-parent'
  | 'overlap-differs'
  | 'over-drift'
  | 'post-exec-before-lagoon'
  | 'set-code-before-isthmus'
  | 'timestamp-misaligned'
  | 'timestamp-too-high'
  | 'timestamp-too-low'

/** Why a batch can be neither accepted nor dropped yet. */
export type MissingKnowledge =
  /** The next epoch, which the batch begins or must not begin, is not known yet. */
  | 'next-epoch'
  /** The epoch of its last block is not known yet. */
  | 'last-epoch'
  /** It overlaps the genesis block, which has no parent. */
  | 'parent-of-genesis'
  | 'no-l1-blocks'
