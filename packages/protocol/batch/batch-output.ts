import type { SingularBatch } from './batch.ts'
import type { BatchFlaw, MissingKnowledge, NeedsBlock } from './batch-verdict.ts'

/** Result of one call of a batch stage. */
export type BatchOutput =
  /** The next block. The blocks of a span may be revoked until its last block is applied. */
  | { readonly kind: 'batch'; readonly batch: SingularBatch; readonly isLastInSpan: boolean }
  /** The stage needs the next batch of this L1 block (`add`), or the end of its batches (`finish`). */
  | { readonly kind: 'needs-data'; readonly unused: UnusedReason | undefined }
  /** Nothing is left to do before the next L1 block. */
  | { readonly kind: 'needs-origin' }
  /** The caller has to provide the block, then call `next` again. */
  | NeedsBlock
  /** The batch is invalid: the rest of its channel is dropped, and so is the channel that is being assembled. */
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
