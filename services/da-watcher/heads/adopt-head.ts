import type { L1Heads } from '#messages/l1-heads.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import { upTo } from '#services/da-watcher/blocks/canonical.ts'
import type { Finality, L1Head } from '#services/da-watcher/ports.ts'
import type { Effect, Result, State } from '#services/da-watcher/state.ts'
import { withFailure, withoutFailure } from '#services/da-watcher/waits.ts'
import { changeOf, remember } from './reorg.ts'

/** If no new block arrives for this time (ten slots), L1 or its endpoints have a problem. */
export const stalledMs = 120_000

/** Adopts a head of L1, which may be the same as before. */
export function adoptHead(
  state: State,
  {
    head,
    finality,
    nowMs,
  }: {
    readonly head: L1Head
    readonly finality: Finality | undefined
    readonly nowMs: number
  },
): Result {
  const heads = headsWith(state.heads, head.ref, finality)
  if (isSame(state.heads, heads)) {
    const [next, ...effects] = unchanged(state, nowMs)
    return followSigner({ ...next, head }, ...effects)
  }
  const change = changeOf(state, head.ref)
  const next = {
    ...withoutFailure(state, 'heads'),
    heads,
    head,
    movedAtMs: nowMs,
    recent: remember(state.recent, head.ref),
    // If the new head is not a child of the last head, blocks that are not final may have been replaced.
    canonical:
      change.kind === 'extended'
        ? state.canonical
        : upTo(state.canonical, heads.finalized?.number ?? -1n),
  }
  const reorg: readonly Effect[] =
    change.kind === 'reorged' ? [{ ...change, kind: 'report-reorg', to: head.ref }] : []
  return followSigner(next, ...reorg, { kind: 'write-heads', heads })
}

/**
 * Merges new heads into the known heads. The finalized head never goes back, even if an endpoint reports a lower
 * finalized head.
 */
function headsWith(
  known: L1Heads | undefined,
  head: L1BlockRef,
  finality: Finality | undefined,
): L1Heads {
  const { safe, finalized } = finality ?? { safe: known?.safe, finalized: known?.finalized }
  const isLower =
    known?.finalized !== undefined && (finalized?.number ?? -1n) < known.finalized.number
  return { head, safe, finalized: isLower ? known.finalized : finalized }
}

function isSame(before: L1Heads | undefined, heads: L1Heads): boolean {
  return (
    before?.head.hash === heads.head.hash &&
    before.safe?.hash === heads.safe?.hash &&
    before.finalized?.hash === heads.finalized?.hash
  )
}

function unchanged(state: State, nowMs: number): Result {
  if (nowMs - state.movedAtMs < stalledMs) return [withoutFailure(state, 'heads')]
  const number = state.head?.ref.number ?? 0n
  const failure = {
    reason: `no endpoint has a block after ${number}, for more than ${stalledMs / 1_000} s`,
    next: 'check on another L1 node whether L1 itself has stopped; if not, set other --l1-rpc-urls',
  }
  return withFailure(state, { topic: 'heads', failure, nowMs })
}

/** Reads the unsafe block signer at the head, if the head may have changed the signer. */
function followSigner(state: State, ...effects: readonly Effect[]): Result {
  const { head, signer, isReadingSigner } = state
  if (head === undefined || isReadingSigner || signer?.at.hash === head.ref.hash)
    return [state, ...effects]
  if (signer?.at.hash === head.ref.parentHash && !head.mayUpdateSigner) {
    const next = { ...withoutFailure(state, 'signer'), signer: { ...signer, at: head.ref } }
    return [next, ...effects]
  }
  const read: Effect = { kind: 'read-signer', at: head.ref }
  return [{ ...state, isReadingSigner: true }, ...effects, read]
}
