import type { L1Heads } from '#messages/l1-heads.ts'
import type { SafeAt } from '#messages/safe-at.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import type { Hash } from '#protocol/primitives.ts'

/** Delay between two searches for the finalized head. */
export const finalityPauseMs = 1_000

/**
 * Limit on the entries of the safe-head history that a search checks. Each L1 reorg leaves at most one entry of a
 * replaced L1 block.
 */
const maxEntriesSearched = 4

/** Progress of the search for the newest finalized L2 block. */
export interface FinalitySearch {
  readonly isSearching: boolean
  readonly notBeforeMs: number
  /** The last search: its finalized L1 block, and the number of entries recorded until then. */
  readonly searched: { readonly l1: Hash; readonly recorded: number } | undefined
  /** Number of entries that were added to the safe-head history. */
  readonly recorded: number
}

/** Progress before the first search. */
export const noFinalitySearch: FinalitySearch = {
  isSearching: false,
  notBeforeMs: 0,
  searched: undefined,
  recorded: 0,
}

// Rule finality-due: A search for the finalized head is due when the finalized L1 block or the safe-head history
// changed.
// Spec: finality/finalizer.go
/** The finalized L1 block to search with now; undefined if no search is due. */
export function dueFinality(
  { isSearching, notBeforeMs, searched, recorded }: FinalitySearch,
  { heads, nowMs }: { readonly heads: L1Heads | undefined; readonly nowMs: number },
): BlockId | undefined {
  const l1 = heads?.finalized
  if (l1 === undefined || isSearching || nowMs < notBeforeMs) return undefined
  return searched?.l1 === l1.hash && searched.recorded === recorded ? undefined : l1
}

/** Result of a search. */
export type FinalityResult =
  | { readonly kind: 'found'; readonly entry: SafeAt }
  | { readonly kind: 'nothing-new' }
  /** L1 did not answer, or has another block at the number of its finalized head. The search is repeated. */
  | { readonly kind: 'unsure' }

/** The safe-head history and the L1 chain that a search reads. */
export interface FinalitySources {
  /** The newest entry of the history at or below an L1 block. */
  readonly entryAt: (l1Number: bigint) => SafeAt | undefined
  /** Hash of the canonical L1 block at a number; undefined if L1 does not answer. */
  readonly canonical: (l1Number: bigint) => Promise<Hash | undefined>
}

// Rule finality: A block is final when the L1 block it was derived from is final. Spec: derivation.md#engine-queue,
// finality/finalizer.go
/**
 * Finds the newest L2 block that was derived from a finalized L1 block. The L1 origin of the L2 block does not matter.
 * Skips entries whose L1 block was replaced by an L1 reorg.
 *
 * @param above number of the newest L2 block known to be final
 * Spec: protocol/derivation.md#engine-queue, finalization
 */
export async function searchFinalized(
  l1: BlockId,
  above: bigint | undefined,
  { entryAt, canonical }: FinalitySources,
): Promise<FinalityResult> {
  let entry = entryAt(l1.number)
  if (isKnown(entry, above)) return nothingNew
  // Rule finality-canonical: The finalized L1 block and the L1 block of the entry must both be canonical; an entry
  // whose L1 block was replaced is skipped.
  // Spec: finality/finalizer.go
  if ((await canonical(l1.number)) !== l1.hash) return { kind: 'unsure' }
  for (let tries = 0; tries < maxEntriesSearched; tries++) {
    if (entry === undefined || isKnown(entry, above)) return nothingNew
    const hash = await canonical(entry.l1.number)
    if (hash === undefined) return { kind: 'unsure' }
    if (hash === entry.l1.hash) return { kind: 'found', entry }
    entry = entry.l1.number === 0n ? undefined : entryAt(entry.l1.number - 1n)
  }
  return nothingNew
}

const nothingNew: FinalityResult = { kind: 'nothing-new' }

// Rule finality-forward: The finalized head only moves forward. Spec: finality/finalizer.go
function isKnown(entry: SafeAt | undefined, above: bigint | undefined): boolean {
  return entry === undefined || (above !== undefined && entry.safe.number <= above)
}
