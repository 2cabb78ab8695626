import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { State } from '#services/da-watcher/state.ts'

/** Number of remembered heads. If a reorg is deeper than this number, this number is reported as its depth. */
export const maxRecentHeads = 128

/** How a new head relates to the previous head. */
type Change =
  | { readonly kind: 'extended' }
  /** The new head is more than one block higher, so the blocks between are unknown. */
  | { readonly kind: 'jumped' }
  | { readonly kind: 'reorged'; readonly from: L1BlockRef; readonly depth: bigint }

/** Compares a new head with the previous and the remembered heads. */
export function changeOf({ heads, recent }: State, to: L1BlockRef): Change {
  const from = heads?.head
  if (from === undefined || from.hash === to.hash || to.parentHash === from.hash)
    return { kind: 'extended' }
  if (to.number > from.number + 1n) return { kind: 'jumped' }
  const isKept = (ref: L1BlockRef) => ref.hash === to.hash || ref.hash === to.parentHash
  const kept = recent.findLast(isKept) ?? recent[0] ?? from
  return { kind: 'reorged', from, depth: from.number - kept.number }
}

/** Adds a head to the remembered heads, and removes those that it replaces. */
export function remember(recent: readonly L1BlockRef[], head: L1BlockRef): readonly L1BlockRef[] {
  const below = recent.filter(({ number }) => number < head.number)
  return [...below.slice(1 - maxRecentHeads), head]
}
