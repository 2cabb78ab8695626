import type { Clock } from '#runtime/clock.ts'

/**
 * Messages that a peer may send per second, and how many at once after a pause. An honest peer sends each block once. A
 * chain has at most one block per second. After a gap, an honest peer sends at most the blocks of a minute at once,
 * since older blocks are rejected by default. Each message below `largeMessageBytes` takes 1 to 3 ms of the main
 * thread.
 */
export const messageRate = { perSecond: 32, burst: 64 } as const

/** Limit on peers whose messages are remembered. */
const maxPeers = 1_000

/** Limits the rate of the messages of each peer. */
export class MessageRate {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  /** For each peer, the number of messages that it could send at `atMs`. The peer that sent last is at the end. */
  readonly #peers = new Map<string, { readonly free: number; readonly atMs: number }>()

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  /** Counts a message of a peer. @returns whether the peer may send it */
  take(peer: string): boolean {
    const { perSecond, burst } = messageRate
    const nowMs = this.#clock.monotonicMs()
    const last = this.#peers.get(peer) ?? { free: burst, atMs: nowMs }
    const free = Math.min(burst, last.free + ((nowMs - last.atMs) / 1_000) * perSecond)
    const isFree = free >= 1
    this.#peers.delete(peer)
    this.#peers.set(peer, { free: isFree ? free - 1 : free, atMs: nowMs })
    const [oldest] = this.#peers.keys()
    if (this.#peers.size > maxPeers && oldest !== undefined) this.#peers.delete(oldest)
    return isFree
  }
}
