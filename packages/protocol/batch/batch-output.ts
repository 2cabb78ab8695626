import type { SingularBatch } from './batch.ts'
import type { BatchFlaw, MissingKnowledge, NeedsBlock } from './batch-verdict.ts'

/** What a batch stage has to say to one call. */
export type BatchOutput =
  /** The next block. Until the last of its span is applied, those before it may be revoked. */
  | { readonly kind: 'batch'; readonly batch: SingularBatch; readonly isLastInSpan: boolean }
  /** Another batch is wanted of this L1 block, or word that there is none left. */
  | { readonly kind: 'needs-data'; readonly unused: UnusedReason | undefined }
  /** Nothing is left to do before the next L1 block. */
  | { readonly kind: 'needs-origin' }
  /** The same step is to be tried again, by `next`, when the block is at hand. */
  | NeedsBlock
  /** The batch is not valid: what is left of its channel is void, and so is the channel being put together. */
  | { readonly kind: 'invalid'; readonly reason: BatchFlaw }
  /** The safe head and the L1 blocks do not go together: derivation must begin anew. */
  | { readonly kind: 'reset'; readonly reason: 'epoch-of-other-chain' }
  /** Derivation cannot go on. */
  | { readonly kind: 'critical'; readonly reason: CriticalReason }

/** Why the batch that was added led to nothing, where nothing else follows from it. */
export type UnusedReason = BatchFlaw | MissingKnowledge | 'before-safe-head' | 'past'

/** Why derivation cannot go on. */
export type CriticalReason =
  /** It did not begin at a safe head. */
  | 'too-few-l1-blocks'
  /** More is kept for later than `maxQueuedBytes`. */
  | 'queue-too-large'
