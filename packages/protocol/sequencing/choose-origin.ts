import type { BlockId, L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import { maxSequencerDrift } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'

/** Inputs of the choice of an L1 origin. */
export interface OriginSource {
  readonly config: RollupConfig
  /** The unsafe head, on which the next block is built. */
  readonly parent: L2BlockRef
  /** The L1 block with the hash of the parent's L1 origin, or the L1 block that replaced it. */
  readonly current: L1BlockRef
  /** The L1 block after `current`; undefined if it does not exist yet, or the confirmation depth hides it. */
  readonly next: L1BlockRef | undefined
  /** Whether the sequencer makes the blocks that derivation makes after an expired sequencing window. */
  readonly isRecovering: boolean
}

/** The L1 origin of the next block, or the reason why there is no block yet. */
export type OriginChoice =
  | { readonly kind: 'current' }
  | { readonly kind: 'next' }
  /** L1 replaced an origin. The engine has to be reset. */
  | { readonly kind: 'reset'; readonly reason: 'origin-orphaned' | 'next-origin-orphaned' }
  /** The block cannot be built before the next L1 block is known. */
  | { readonly kind: 'next-needed'; readonly reason: 'drift' | 'recovering' }

/**
 * Chooses the L1 origin of the parent's child. The next L1 block becomes the origin as soon as the child is not older
 * than this L1 block.
 * Spec: protocol/derivation.md#batch-queue; op-node, rollup/sequencing/origin_selector.go
 */
export function chooseOrigin(source: OriginSource): OriginChoice {
  const { config, parent, current, next, isRecovering } = source
  if (current.hash !== parent.l1Origin.hash) return { kind: 'reset', reason: 'origin-orphaned' }
  const timestamp = parent.timestamp + config.blockTime
  if (next !== undefined) {
    if (next.parentHash !== current.hash) return { kind: 'reset', reason: 'next-origin-orphaned' }
    // Also beyond the drift, a block that is older than the next origin keeps its origin. Such a block is empty.
    return { kind: timestamp >= next.timestamp ? 'next' : 'current' }
  }
  // Derivation knows the next L1 block when it makes the same block. A choice without that L1 block may differ from the
  // choice of derivation.
  if (isRecovering) return { kind: 'next-needed', reason: 'recovering' }
  if (timestamp - current.timestamp > maxSequencerDrift(config, current.timestamp))
    return { kind: 'next-needed', reason: 'drift' }
  return { kind: 'current' }
}

/** An L1 block that is requested by number, and what decides whether it may become an origin. */
export interface OriginCandidate {
  readonly number: bigint
  /** Undefined if it is not known yet. */
  readonly l1Head: BlockId | undefined
  /** In L1 blocks. */
  readonly confirmationDepth: bigint
}

/**
 * Whether an L1 block has enough confirmations to become an origin. The genesis always has enough. While the L1 head is
 * unknown, every L1 block has enough.
 * Source: op-node, rollup/confdepth/conf_depth.go
 */
export function isOriginVisible({ number, l1Head, confirmationDepth }: OriginCandidate): boolean {
  if (number === 0n || confirmationDepth === 0n || l1Head === undefined) return true
  return number + confirmationDepth <= l1Head.number
}
