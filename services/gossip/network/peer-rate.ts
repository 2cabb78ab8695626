import type { Clock } from '#runtime/clock.ts'

/** How much a peer may send. */
export interface RateLimit {
  readonly perSecond: number
  /** Limit on what the peer sends in one burst after a pause. */
  readonly burst: number
}

/**
 * Limit on the messages of a peer. An honest peer sends each block once. A chain has at most one block per second.
 * After a gap, an honest peer sends at most the blocks of a minute in a burst, since older blocks are rejected by
 * default. Each message below `largeMessageBytes` takes 1 to 3 ms of the main thread.
 */
export const messageRate: RateLimit = { perSecond: 32, burst: 64 }

/**
 * Limit on the control entries of a peer: message ids, and topics of GRAFT and PRUNE. In each heartbeat (two per
 * second), an honest peer sends the ids of the blocks of the last seconds: up to 60 ids after a gap, otherwise a few.
 */
export const controlRate: RateLimit = { perSecond: 256, burst: 1_024 }

/**
 * Limit on the RPCs of a peer. Each RPC costs 1, and 1 more for each 64 KiB. An RPC without content costs
 * `emptyRpcCost`. An honest peer sends an RPC for each block and a few in each heartbeat; the blocks of a minute are 64
 * MiB at most.
 */
export const rpcRate: RateLimit = { perSecond: 200, burst: 2_000 }

/** Cost of an RPC that is empty or malformed. Honest peers do not send such RPCs. */
export const emptyRpcCost = 100

/** Limit on peers that are remembered. */
const maxPeers = 1_000

/** Limits how much each peer sends. */
export class PeerRate {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #limit: RateLimit
  /** For each peer, how much it could send at `atMs`. The peer that sent last is at the end. */
  readonly #peers = new Map<string, { readonly free: number; readonly atMs: number }>()

  constructor(clock: Pick<Clock, 'monotonicMs'>, limit: RateLimit) {
    this.#clock = clock
    this.#limit = limit
  }

  /** Counts what a peer sends, if the limit allows it. @returns whether the peer may send it */
  take(peer: string, count = 1): boolean {
    const { perSecond, burst } = this.#limit
    const nowMs = this.#clock.monotonicMs()
    const last = this.#peers.get(peer) ?? { free: burst, atMs: nowMs }
    const free = Math.min(burst, last.free + ((nowMs - last.atMs) / 1_000) * perSecond)
    const isFree = free >= count
    this.#peers.delete(peer)
    this.#peers.set(peer, { free: isFree ? free - count : free, atMs: nowMs })
    const [oldest] = this.#peers.keys()
    if (this.#peers.size > maxPeers && oldest !== undefined) this.#peers.delete(oldest)
    return isFree
  }
}
