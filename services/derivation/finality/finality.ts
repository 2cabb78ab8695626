import type { L1Heads } from '#messages/l1-heads.ts'
import type { SafeAt } from '#messages/safe-at.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import type { Hash } from '#protocol/primitives.ts'

/** A search for the finalized head waits this long after another. */
export const finalityPauseMs = 1_000

/** Entries of the history that are looked at in one search: an L1 reorg leaves no more than one that is stale. */
const maxEntriesSought = 4

/** How far the search for the newest final block is. */
export interface FinalitySearch {
  readonly isAsked: boolean
  readonly notBeforeMs: number
  /** What was sought last: the finalized L1 block, and how much had been derived. */
  readonly sought: { readonly l1: Hash; readonly recorded: number } | undefined
  /** How many entries the history was given. */
  readonly recorded: number
}

/** Nothing sought yet. */
export const noFinalitySearch: FinalitySearch = {
  isAsked: false,
  notBeforeMs: 0,
  sought: undefined,
  recorded: 0,
}

// Rule finality-due: Finality is searched when L1 or the history has news. Spec: finality/finalizer.go
/** The finalized L1 block to look up now: there is news of it, or of what was derived up to it. */
export function dueFinality(
  { isAsked, notBeforeMs, sought, recorded }: FinalitySearch,
  { heads, nowMs }: { readonly heads: L1Heads | undefined; readonly nowMs: number },
): BlockId | undefined {
  const l1 = heads?.finalized
  if (l1 === undefined || isAsked || nowMs < notBeforeMs) return undefined
  return sought?.l1 === l1.hash && sought.recorded === recorded ? undefined : l1
}

/** What a search came to. */
export type FinalityFinding =
  | { readonly kind: 'found'; readonly entry: SafeAt }
  | { readonly kind: 'nothing-new' }
  /** L1 could not be asked, or says other than it did: to be sought again. */
  | { readonly kind: 'unsure' }

// Rule finality-canonical: Both L1 blocks must be canonical; entries of a reorged L1 block are skipped.
// Spec: finality/finalizer.go
/** What a search asks of the history and of L1. */
export interface FinalitySources {
  /** The newest entry at or below an L1 block. */
  readonly entryAt: (l1Number: bigint) => SafeAt | undefined
  /** The canonical L1 block of a number. */
  readonly canonical: (l1Number: bigint) => Promise<Hash | undefined>
}

// Rule finality: A block is final when the L1 block it was derived from is final. Spec: derivation.md#engine-queue,
// finality/finalizer.go
/**
 * The newest block that was derived from a finalized L1 block: an L2 block is final when the L1 block is that it was derived
 * from, not its origin. Entries of L1 blocks that are not canonical are passed over: they were left by a reorg.
 *
 * @param above the number of the block that is known to be final
 * Spec: protocol/derivation.md#engine-queue, finalization
 */
export async function seekFinalized(
  l1: BlockId,
  above: bigint | undefined,
  { entryAt, canonical }: FinalitySources,
): Promise<FinalityFinding> {
  let entry = entryAt(l1.number)
  if (isKnown(entry, above)) return nothingNew
  if ((await canonical(l1.number)) !== l1.hash) return { kind: 'unsure' }
  for (let tries = 0; tries < maxEntriesSought; tries++) {
    if (entry === undefined || isKnown(entry, above)) return nothingNew
    const hash = await canonical(entry.l1.number)
    if (hash === undefined) return { kind: 'unsure' }
    if (hash === entry.l1.hash) return { kind: 'found', entry }
    entry = entry.l1.number === 0n ? undefined : entryAt(entry.l1.number - 1n)
  }
  return nothingNew
}

const nothingNew: FinalityFinding = { kind: 'nothing-new' }

// Rule finality-forward: The finalized head only moves forward. Spec: finality/finalizer.go
function isKnown(entry: SafeAt | undefined, above: bigint | undefined): boolean {
  return entry === undefined || (above !== undefined && entry.safe.number <= above)
}
