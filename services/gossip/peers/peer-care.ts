import type { State } from '#services/gossip/state.ts'
import { withoutPeers } from './known-peers.ts'

/** What an operator decides about one peer. A protected peer stays connected even if there are too many peers. */
export type PeerCare = 'protect' | 'unprotect' | 'forget'

/** Limit on protected peers. Further peers are refused. */
export const maxProtected = 1_000

/** Applies a decision of an operator. A static peer is never forgotten: it is dialed again, as in op-node. */
export function peerChanged(
  state: State,
  { id, change }: { readonly id: string; readonly change: PeerCare },
): State {
  if (change === 'forget') {
    const isStatic = state.known.get(id)?.isStatic === true
    return isStatic ? state : { ...state, known: withoutPeers(state.known, [id]) }
  }
  const next = new Set(state.protectedPeers)
  if (change === 'unprotect') next.delete(id)
  else if (next.size < maxProtected) next.add(id)
  return { ...state, protectedPeers: next }
}
