import type { BlockList } from 'node:net'
import { isIPv6 } from 'node:net'
import { backoffMs } from '#runtime/backoff.ts'

/** A peer that can be dialed. */
export interface PeerAddress {
  readonly id: string
  /** Multiaddrs with the peer id. */
  readonly addresses: readonly string[]
}

/** A peer of the store, of discovery, or of the settings. Times are Unix milliseconds. */
interface KnownPeer extends PeerAddress {
  /** A static peer is dialed whenever it is not connected, and it is never forgotten. */
  readonly isStatic: boolean
  /** When the peer was last connected or discovered. */
  readonly seenMs: number
  /** Failed dials since the peer was last connected. */
  readonly failures: number
  /**
   * Successful dials since the peer last stayed connected for {@link steadyMs}. A peer may hang up after each
   * handshake.
   */
  readonly hangUps: number
  /** When the peer may be dialed again. */
  readonly nextMs: number
}

/** Known peers by id. */
export type KnownPeers = ReadonlyMap<string, KnownPeer>

/** Limit on known peers. Static peers do not count. */
export const maxKnown = 1_000

/**
 * A peer is forgotten if this number of dials failed and the peer was not seen for this time. The time is needed
 * because a node whose own network is down must not forget its peers. Static peers are never forgotten. op-node forgets
 * an address after a day.
 */
export const forget = { failures: 4, unseenMs: 24 * 3_600_000 } as const

/** When a peer stays connected for this long, its next pause between dials is the shortest one again. */
export const steadyMs = 10_000

/** Pauses between dials of a peer. op-node dials static peers each minute. */
const redial = { firstMs: 1_000, longestMs: 60_000 }

/** The static peers of the settings. @param addresses multiaddrs that end in `/p2p/` and the peer id */
export function staticPeers(addresses: readonly string[]): KnownPeers {
  const peers = new Map<string, KnownPeer>()
  for (const address of addresses) {
    const id = idIn(address)
    const before = peers.get(id)?.addresses ?? []
    peers.set(id, { ...newPeer({ id, addresses: [...before, address] }, 0), isStatic: true })
  }
  return peers
}

/** The peer id at the end of a multiaddr. */
function idIn(address: string): string {
  return address.slice(address.lastIndexOf('/') + 1)
}

/** Adds peers, or their new addresses. Beyond the limit, the peers that were seen longest ago are forgotten. */
export function withPeers(
  known: KnownPeers,
  peers: readonly PeerAddress[],
  nowMs: number,
): KnownPeers {
  if (peers.length === 0) return known
  const next = new Map(known)
  for (const peer of peers) {
    const before = next.get(peer.id)
    if (before?.isStatic === true) continue
    next.set(peer.id, { ...(before ?? newPeer(peer, nowMs)), ...peer, seenMs: nowMs })
  }
  const others = [...next.values()].filter(({ isStatic }) => !isStatic)
  const excess = others.length - maxKnown
  if (excess > 0) {
    const oldest = others.toSorted((left, right) => left.seenMs - right.seenMs).slice(0, excess)
    for (const { id } of oldest) next.delete(id)
  }
  return next
}

/** Records the result of a dial. A peer that could not be dialed is dialed again later, or forgotten. */
export function afterDial(
  known: KnownPeers,
  {
    id,
    hasFailed,
    nowMs,
  }: { readonly id: string; readonly hasFailed: boolean; readonly nowMs: number },
): KnownPeers {
  const peer = known.get(id)
  if (peer === undefined) return known
  const next = new Map(known)
  if (!hasFailed) {
    const { hangUps } = peer
    const nextMs = nowMs + backoffMs(redial, hangUps)
    return next.set(id, { ...peer, failures: 0, hangUps: hangUps + 1, nextMs })
  }
  const failures = peer.failures + 1
  const isLost = failures >= forget.failures && nowMs - peer.seenMs >= forget.unseenMs
  if (isLost && !peer.isStatic) next.delete(id)
  else next.set(id, { ...peer, failures, nextMs: nowMs + backoffMs(redial, failures - 1) })
  return next
}

/** Records which peers stayed connected for {@link steadyMs}. @param ids their peer ids */
export function afterSteady(known: KnownPeers, ids: readonly string[]): KnownPeers {
  const changed = ids.flatMap((id) => known.get(id) ?? []).filter(({ hangUps }) => hangUps > 0)
  if (changed.length === 0) return known
  const next = new Map(known)
  for (const peer of changed) next.set(peer.id, { ...peer, hangUps: 0 })
  return next
}

/** Forgets peers. */
export function withoutPeers(known: KnownPeers, ids: readonly string[]): KnownPeers {
  if (ids.length === 0) return known
  const next = new Map(known)
  for (const id of ids) next.delete(id)
  return next
}

/**
 * The peers to dial now: all static peers that are due, and up to `count` other peers. Of the other peers, those with
 * fewer failed dials come first, then those that were seen more recently.
 *
 * @param busy peers that are connected, or being dialed
 */
export function peersToDial(
  known: KnownPeers,
  {
    busy,
    count,
    nowMs,
  }: { readonly busy: ReadonlySet<string>; readonly count: number; readonly nowMs: number },
): readonly PeerAddress[] {
  const due = [...known.values()].filter(({ id, nextMs }) => nextMs <= nowMs && !busy.has(id))
  const others = due
    .filter(({ isStatic }) => !isStatic)
    .toSorted((left, right) => left.failures - right.failures || right.seenMs - left.seenMs)
  const chosen = [...due.filter(({ isStatic }) => isStatic), ...others.slice(0, Math.max(0, count))]
  return chosen.map(({ id, addresses }) => ({ id, addresses }))
}

/** The addresses of a peer within the subnets that an operator allows. DNS names pass only if there are no subnets. */
export function withinSubnets(
  addresses: readonly string[],
  subnets: readonly BlockList[],
): readonly string[] {
  if (subnets.length === 0) return addresses
  return addresses.filter((address) => {
    const [, ip] = /^\/ip[46]\/([^/]+)/u.exec(address) ?? []
    if (ip === undefined) return false
    const family = isIPv6(ip) ? 'ipv6' : 'ipv4'
    return subnets.some((subnet) => subnet.check(ip, family))
  })
}

function newPeer(peer: PeerAddress, nowMs: number): KnownPeer {
  return { ...peer, isStatic: false, seenMs: nowMs, failures: 0, hangUps: 0, nextMs: 0 }
}
