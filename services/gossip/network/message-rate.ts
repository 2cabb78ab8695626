import type { Clock } from '#runtime/clock.ts'

/**
 * Messages that a peer may send per second, and how many at once after a pause. An honest peer sends each block once: a
 * chain has one block per second at most, and those of a minute come at once after a gap, since older ones are refused.
 * Each message below `largeMessageBytes` takes 1 to 3 ms of the main thread.
 */
export const messageRate = { perSecond: 32, burst: 64 } as const

/** Limit on peers whose messages are remembered. */
const maxPeers = 1_000

/** Limits the rate of the messages of each peer. */
export class MessageRate {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  /** Messages that each peer may send at a moment; the peer that sent last is last. */
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
