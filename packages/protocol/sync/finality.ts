import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'

/** L1 blocks whose L2 blocks are remembered: those of four epochs of the beacon chain, and one more. Source: op-node */
export const finalityLookback = 129

/** L1 blocks that derivation goes on before finality is tried again without news of L1. Source: op-node */
const finalityRetryBlocks = 64n

/** What is known of which L1 block made which L2 block safe. Immutable. */
export interface Finality {
  /** Oldest first; one for each L1 block. */
  readonly derived: readonly DerivedSafe[]
  readonly finalizedL1: BlockId | undefined
  /** The L1 block up to which was derived when it was tried last. */
  readonly triedAt: bigint | undefined
}

/** The newest L2 block that was derived from an L1 block, or those before it. */
export interface DerivedSafe {
  readonly l2: L2BlockRef
  readonly derivedFrom: BlockId
}

/** A promotion that waits for L1 to say that it is on the same chain. */
export interface FinalityCheck {
  readonly l2: L2BlockRef
  /** L1 blocks that must be canonical, by number. */
  readonly l1: readonly BlockId[]
}

/** Nothing known yet. */
export const noFinality: Finality = { derived: [], finalizedL1: undefined, triedAt: undefined }

/** Remembers what an L1 block made safe; the oldest is forgotten when there are too many. */
export function recordSafe(finality: Finality, { l2, derivedFrom }: DerivedSafe): Finality {
  const { derived } = finality
  const last = derived.at(-1)
  if (last === undefined || last.derivedFrom.number < derivedFrom.number) {
    const kept = derived.slice(Math.max(0, derived.length + 1 - finalityLookback))
    return { ...finality, derived: [...kept, { l2, derivedFrom }] }
  }
  if (last.l2.hash === l2.hash) return finality
  return { ...finality, derived: [...derived.slice(0, -1), { l2, derivedFrom: last.derivedFrom }] }
}

/** Takes the news that L1 finalized a block. Older news than what is known is wrong, and changes nothing. */
export function l1Finalized(finality: Finality, { number, hash }: BlockId): Finality {
  const known = finality.finalizedL1
  if (known !== undefined && (number < known.number || hash === known.hash)) return finality
  return { ...finality, finalizedL1: { number, hash }, triedAt: undefined }
}

/** What derivation forgets when it starts again: what L1 finalized stays so. */
export function resetFinality({ finalizedL1 }: Finality): Finality {
  return { ...noFinality, finalizedL1 }
}

/** The chain that is to be promoted, and how far L1 was read for it. */
export interface FinalityProgress {
  readonly safe: L2BlockRef
  readonly finalized: L2BlockRef
  readonly l1Origin: BlockId
}

/**
 * Tries to find a newer finalized L2 block: one derived from an L1 block that is final. To be called when all of an L1 block was
 * derived, and at news of finality; it is no try too soon after another.
 *
 * @returns what to check on L1 before the promotion; undefined if there is nothing to promote
 * Spec: protocol/derivation.md#engine-queue, finalization
 */
export function tryFinalize(
  finality: Finality,
  { safe, finalized, l1Origin }: FinalityProgress,
): { readonly finality: Finality; readonly check: FinalityCheck | undefined } {
  const { derived, finalizedL1, triedAt } = finality
  if (finalizedL1 === undefined) return { finality, check: undefined }
  if (triedAt !== undefined && l1Origin.number <= triedAt + finalityRetryBlocks)
    return { finality, check: undefined }
  const candidate = derived.findLast(
    ({ l2, derivedFrom }) =>
      derivedFrom.number <= finalizedL1.number &&
      l2.number > finalized.number &&
      l2.number <= safe.number,
  )
  const check = candidate && { l2: candidate.l2, l1: [finalizedL1, candidate.derivedFrom] }
  return { finality: { ...finality, triedAt: l1Origin.number }, check }
}

/**
 * What becomes of a promotion.
 *
 * @param canonical the L1 blocks of the numbers that were to be checked; undefined where L1 has none
 */
export function checkedFinality(
  { l1 }: FinalityCheck,
  canonical: readonly (BlockId | undefined)[],
): 'finalize' | 'reset' {
  return l1.every(({ hash }, at) => canonical[at]?.hash === hash) ? 'finalize' : 'reset'
}
