import type { SafeBlock } from '#protocol/batch/batch-verdict.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { Difference } from '#protocol/derivation/consolidation.ts'
import type { DerivedAttributes } from '#protocol/pipeline/pipeline.ts'

/** The outcome for derived attributes. */
export type Judgement =
  | {
      readonly kind: 'block'
      readonly ref: L2BlockRef
      /** Whether the block equals the recorded block; undefined if there is no recorded block. */
      readonly matches: boolean | undefined
      /** The differences from the recorded block. */
      readonly differences: readonly Difference[]
    }
  /** The execution client refused the payload. */
  | { readonly kind: 'refused'; readonly differences: readonly Difference[] }
  /** The block is after the last recorded block. */
  | { readonly kind: 'beyond' }

/** Replaces the engine: builds a block from attributes, or compares the attributes with a recorded block. */
export interface Judge {
  /** Decides the outcome for derived attributes. */
  judge(derived: DerivedAttributes): Judgement | Promise<Judgement>
  /** Looks up a block of the safe chain, as far back as batches may overlap it. */
  safeBlock(number: bigint): SafeBlock | undefined
}
