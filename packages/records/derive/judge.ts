import type { SafeBlock } from '#protocol/batch/batch-verdict.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { Difference } from '#protocol/derivation/consolidation.ts'
import type { DerivedAttributes } from '#protocol/pipeline/pipeline.ts'

/** What becomes of attributes. */
export type Judgement =
  | {
      readonly kind: 'block'
      readonly ref: L2BlockRef
      /** Whether it is the recorded block; undefined where none was recorded. */
      readonly matches: boolean | undefined
      /** Where it is not. */
      readonly differences: readonly Difference[]
    }
  /** The engine would not build it. */
  | { readonly kind: 'refused'; readonly differences: readonly Difference[] }
  /** They are for a block after the last that was recorded. */
  | { readonly kind: 'beyond' }

/** Takes the place of an engine: makes a block of attributes, or says that one was made. */
export interface Judge {
  /** Whether what is derived makes a block on its parent. */
  judge(derived: DerivedAttributes): Judgement | Promise<Judgement>
  /** A block of the safe chain, as far back as batches may overlap it. */
  safeBlock(number: bigint): SafeBlock | undefined
}
