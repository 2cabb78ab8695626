import type { L2BlockRef } from '#protocol/block/refs.ts'
import { channelTimeout } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'

/** A block on the way down from the safe head. */
export interface BaseCandidate {
  readonly ref: L2BlockRef
  /** Of its L1 origin; its L1 attributes tell it. */
  readonly l1OriginTimestamp: bigint
}

/**
 * Whether a pipeline can begin at the L1 origin of a block: every channel that may be open at the safe head's L1 origin was
 * opened there or later. If not, the block's parent is the next candidate.
 *
 * The timeout is the longer of those at either end: implementations differ on which counts, and reading more does no harm.
 * Spec: protocol/derivation.md#resetting-the-pipeline
 */
export function isPipelineBase(
  config: RollupConfig,
  safe: BaseCandidate,
  { ref, l1OriginTimestamp }: BaseCandidate,
): boolean {
  const { genesis } = config
  if (ref.number <= genesis.l2.number || ref.l1Origin.number <= genesis.l1.number) return true
  const here = channelTimeout(config, l1OriginTimestamp)
  const there = channelTimeout(config, safe.l1OriginTimestamp)
  return ref.l1Origin.number + (here > there ? here : there) <= safe.ref.l1Origin.number
}
