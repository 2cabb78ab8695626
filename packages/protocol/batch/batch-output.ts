import type { SingularBatch } from './batch.ts'
import type { BatchFlaw, MissingKnowledge, NeedsBlock } from './batch-verdict.ts'

/** Result of one call of a batch stage. */
export type BatchOutput =
  /**
   * The next block. If `isLastInSpan` is false, the block may be revoked until the last block of its span is applied.
   */
  | { readonly kind: 'batch'; readonly batch: SingularBatch; readonly isLastInSpan: boolean }
  /** The caller passes the next batch of this L1 block to `add`. If no batch is left, the caller calls `finish`. */
  | { readonly kind: 'needs-data'; readonly unused: UnusedReason | undefined }
  /** Nothing is left to do before the next L1 block. */
  | { readonly kind: 'needs-origin' }
  /** The caller has to provide the block, then call `next` again. */
  | NeedsBlock
  /** The batch is invalid. The rest of its channel and the channel that is being assembled are dropped. */
  | { readonly kind: 'invalid'; readonly reason: BatchFlaw }
  /** The safe head does not match the L1 blocks, so derivation must be reset. */
  | { readonly kind: 'reset'; readonly reason: 'epoch-of-other-chain' }
  /** Derivation cannot continue. */
  | { readonly kind: 'critical'; readonly reason: CriticalReason }

/** Why the added batch had no effect. */
export type UnusedReason = BatchFlaw | MissingKnowledge | 'before-safe-head' | 'past'

/** Why derivation cannot continue. */
export type CriticalReason =
  /** Derivation did not start at a safe head. */
  | 'too-few-l1-blocks'
  /** Future batches take more than `maxQueuedBytes`. */
  | 'queue-too-large'
