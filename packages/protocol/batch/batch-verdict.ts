import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'

/** Context in which a batch is checked. */
export interface BatchContext {
  readonly config: RollupConfig
  /** Consecutive L1 blocks. The first is the epoch of the safe head, or the L1 block after it. */
  readonly l1Blocks: readonly L1BlockRef[]
  /** The block to build on. */
  readonly safeHead: L2BlockRef
  /** The L1 block in which the batch was complete. */
  readonly inclusion: L1BlockRef
  readonly safeBlock: SafeBlockLookup
}

/** Looks up the safe head or a block below it; undefined if the block has not been fetched. */
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
  /** The batch is invalid, and cannot become valid later. */
  | { readonly kind: 'drop'; readonly reason: BatchFlaw }
  /** From Holocene on: the batch is not after the safe head. */
  | { readonly kind: 'past' }
  /** Before Holocene: the batch is later than the next block. */
  | { readonly kind: 'future' }
  /** The batch cannot be checked: more L1 blocks must be known, or a block before the genesis would be needed. */
  | { readonly kind: 'undecided'; readonly reason: MissingKnowledge }
  /** The check needs a block of the safe chain: the safe head, or a block below the safe head. */
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

/** Why a batch can be neither accepted nor dropped. */
export type MissingKnowledge =
  /**
   * The L1 block of the next epoch is not known yet. This L1 block decides whether the batch may or must begin that
   * epoch.
   */
  | 'next-epoch'
  /** The epoch of the last block of the batch is not known yet. */
  | 'last-epoch'
  /** The batch overlaps the genesis block, which has no parent. */
  | 'parent-of-genesis'
  | 'no-l1-blocks'
