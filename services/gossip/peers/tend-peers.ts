import type { ConnectedPeer } from '#services/gossip/ports.ts'
import type { Effect, Event, Result, State } from '#services/gossip/state.ts'
import { searchMore } from './search.ts'
import {
  afterDial,
  afterSteady,
  type PeerAddress,
  peersToDial,
  steadyMs,
  withinSubnets,
  withoutPeers,
  withPeers,
} from './known-peers.ts'

/** Limits on the peers of a node. The defaults are op-node's. */
export interface PeerLimits {
  /** Number of peers below which further peers are dialed. */
  readonly lo: number
  /** Number of peers above which peers are disconnected, down to `lo`. */
  readonly hi: number
  /** Time for which a new peer stays connected even if there are too many peers. */
  readonly graceMs: number
  /** Score below which a peer is banned; undefined if bans are off. */
  readonly banBelow: number | undefined
  readonly banMs: number
}

/** Limit on concurrent dials. Dials of static peers do not count. As in op-node. */
const maxDials = 4

/**
 * After peers were disconnected because there were too many, no further peers are disconnected for this time. As in
 * op-node.
 */
const pruneSilenceMs = 60_000

/** A connected peer is stored again after this time. */
const rememberMs = 60_000

/** A node without peers for this long shows its operator a notice. */
export const lonelyMs = 60_000

/** Maintains the connections each second: dials, bans and disconnects peers. */
export function tendPeers(
  state: State,
  { nowMs, peers }: Extract<Event, { kind: 'tick' }>,
): Result {
  const aloneSinceMs = peers.length > 0 ? undefined : (state.aloneSinceMs ?? nowMs)
  const steady = peers.filter(({ sinceMs }) => nowMs - sinceMs >= steadyMs).map(({ id }) => id)
  const known = afterSteady(state.known, steady)
  const [banned, bans] = banBad({ ...state, peers, known, aloneSinceMs }, nowMs)
  const [pruned, disconnects] = pruneExcess(banned, nowMs)
  const [remembered, remembers] = rememberPeers(pruned, nowMs)
  const [dialing, dials] = dialMore(remembered, nowMs)
  const [searching, searches] = searchMore(dialing, nowMs)
  return [searching, ...bans, ...disconnects, ...remembers, ...dials, ...searches]
}

/** Records the result of a dial. */
export function dialed(state: State, event: Extract<Event, { kind: 'dialed' }>): Result {
  const { id, failure, nowMs } = event
  const dialing = new Set(state.dialing)
  dialing.delete(id)
  const known = afterDial(state.known, { id, hasFailed: failure !== undefined, nowMs })
  const next = { ...state, dialing, known }
  if (failure === undefined) return [next]
  const isStatic = state.known.get(id)?.isStatic ?? false
  const isGone = !known.has(id)
  const report: Effect = { kind: 'report-dial', id, isStatic, failure }
  return isGone ? [next, { kind: 'forget-peer', id }, report] : [next, report]
}

/** Adds peers that discovery or the store found. */
export function peersFound(
  state: State,
  { peers, nowMs }: Extract<Event, { kind: 'peers-found' | 'search-ended' }>,
): State {
  return { ...state, known: withPeers(state.known, usable(state, peers), nowMs) }
}

/** Peers that may be dialed, with the addresses that may be dialed. */
function usable({ options }: State, peers: readonly PeerAddress[]): readonly PeerAddress[] {
  const { netrestrict, peerId } = options
  return peers.flatMap(({ id, addresses }) => {
    const within = withinSubnets(addresses, netrestrict)
    return id === peerId || within.length === 0 ? [] : [{ id, addresses: within }]
  })
}

/** Bans and forgets peers with a bad score, except for static peers. */
function banBad(state: State, nowMs: number): readonly [State, readonly Effect[]] {
  const { banBelow, banMs } = state.options.limits
  const isBad = ({ id, score }: ConnectedPeer) =>
    banBelow !== undefined && score < banBelow && !isStatic(state, id)
  const bad = state.peers.filter(isBad)
  if (bad.length === 0) return [state, []]
  const known = withoutPeers(
    state.known,
    bad.map(({ id }) => id),
  )
  const effects = bad.flatMap(({ id, score }): readonly Effect[] => [
    { kind: 'ban', id, score, untilMs: nowMs + banMs },
    { kind: 'forget-peer', id },
  ])
  return [{ ...state, known, peers: state.peers.filter((peer) => !isBad(peer)) }, effects]
}

/** Disconnects peers beyond the limit: those in the fewest meshes first, then those with the lowest score. */
function pruneExcess(state: State, nowMs: number): readonly [State, readonly Effect[]] {
  const { options, peers } = state
  const { limits } = options
  const isQuiet = nowMs - state.prunedAtMs < pruneSilenceMs
  if (peers.length <= limits.hi || isQuiet) return [state, []]
  const excess = peers
    .filter(({ id }) => !isStatic(state, id) && !state.protectedPeers.has(id))
    .filter(({ sinceMs }) => nowMs - sinceMs >= limits.graceMs)
    .toSorted((left, right) => left.meshes.length - right.meshes.length || left.score - right.score)
    .slice(0, peers.length - limits.lo)
  const effects = excess.map(({ id }): Effect => ({ kind: 'disconnect', id }))
  return [{ ...state, prunedAtMs: nowMs }, effects]
}

/** Stores the addresses of connected peers, so that they are found again after a restart. */
function rememberPeers(state: State, nowMs: number): readonly [State, readonly Effect[]] {
  const due = state.peers.filter(({ id }) => {
    const known = state.known.get(id)
    const isOld = known === undefined || nowMs - known.seenMs >= rememberMs
    return known?.isStatic !== true && isOld
  })
  const found = usable(state, due)
  if (found.length === 0) return [state, []]
  const known = withPeers(state.known, found, nowMs)
  return [{ ...state, known }, [{ kind: 'remember-peers', peers: found, nowMs }]]
}

function dialMore(state: State, nowMs: number): readonly [State, readonly Effect[]] {
  const { dialing, known, options, peers } = state
  const busy = new Set([...peers.map(({ id }) => id), ...dialing])
  const missing = options.limits.lo - busy.size
  const free = maxDials - [...dialing].filter((id) => !isStatic(state, id)).length
  const chosen = peersToDial(known, { busy, count: Math.min(missing, free), nowMs })
  if (chosen.length === 0) return [state, []]
  const next = { ...state, dialing: new Set([...dialing, ...chosen.map(({ id }) => id)]) }
  return [next, chosen.map((peer): Effect => ({ kind: 'dial', ...peer }))]
}

function isStatic({ known }: Pick<State, 'known'>, id: string): boolean {
  return known.get(id)?.isStatic ?? false
}
