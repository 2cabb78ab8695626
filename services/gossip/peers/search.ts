import type { Effect, State } from '#services/gossip/state.ts'

/** The search for peers by discovery. */
export interface Search {
  readonly isRunning: boolean
  /** When the next search begins; undefined before the first event. */
  readonly nextMs: number | undefined
}

/** The first search begins this long after the start. As in op-node. */
const firstMs = 3_000

/** Pauses between two searches, with fewer peers than wanted and with enough. As in op-node. */
const pausesMs = { hungry: 5_000, fed: 20_000 }

/** Begins a search when a search is due. */
export function searchMore(state: State, nowMs: number): readonly [State, readonly Effect[]] {
  const { options, search } = state
  if (!options.canDiscover || search.isRunning) return [state, []]
  const { nextMs = nowMs + firstMs } = search
  if (nowMs < nextMs) return [{ ...state, search: { ...search, nextMs } }, []]
  return [{ ...state, search: { isRunning: true, nextMs } }, [{ kind: 'search' }]]
}

/** Plans the next search. */
export function searchEnded(state: State, nowMs: number): State {
  const isHungry = state.peers.length < state.options.limits.lo
  const nextMs = nowMs + (isHungry ? pausesMs.hungry : pausesMs.fed)
  return { ...state, search: { isRunning: false, nextMs } }
}
