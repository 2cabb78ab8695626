import type { Clock } from '#runtime/clock.ts'
import { decayOver } from './score-params.ts'

/** What a peer did that gossipsub itself does not score. */
export type Deed = 'valid-response' | 'failed-response' | 'refused-block' | 'refused-rpc'

/**
 * Factor and limit of each counter. Source: op-node, app_params.go. The limit of `refused-block` differs from op-node:
 * a peer must not be ignored or banned only for blocks that the execution client refused. Peers relay whatever the
 * sequencer signed, and the fault may be in the client.
 */
const weights: Readonly<Record<Deed, { readonly factor: number; readonly cap: number }>> = {
  'valid-response': { factor: 0.5, cap: 10 },
  'failed-response': { factor: -1, cap: 9 },
  'refused-block': { factor: -20, cap: 2 },
  // Not in op-node: an RPC that is too large, or beyond the rate. One such RPC lowers the score to `ignoredBelow`.
  'refused-rpc': { factor: -40, cap: 3 },
}

/** A counter that falls below this number becomes zero. */
const decayToZero = 0.01

/** Limit on the peers that are remembered. Beyond the limit, the peer whose last deed is oldest is forgotten. */
export const maxPeers = 1_000

interface Counters {
  readonly counts: Map<Deed, number>
  atMs: number
}

/**
 * The part of the scores that this service computes, in addition to the part of gossipsub. It counts answers to
 * requests, blocks that the execution client refused, and RPCs beyond the limits.
 */
export class AppScores {
  readonly #clock: Clock
  readonly #slotMs: number
  readonly #peers = new Map<string, Counters>()

  /** @param slotMs block time of the chain */
  constructor(clock: Clock, slotMs: number) {
    this.#clock = clock
    this.#slotMs = slotMs
  }

  /** Counts what a peer did. */
  count(peerId: string, deed: Deed): void {
    const counters = this.#decayed(peerId) ?? this.#none()
    counters.counts.set(deed, (counters.counts.get(deed) ?? 0) + 1)
    this.#peers.delete(peerId)
    this.#peers.set(peerId, counters)
    const [oldest] = this.#peers.keys()
    if (this.#peers.size > maxPeers && oldest !== undefined) this.#peers.delete(oldest)
  }

  /** The number of deeds of a peer, for each kind of deed. The numbers shrink with time. */
  counts(peerId: string): ReadonlyMap<Deed, number> {
    return this.#decayed(peerId)?.counts ?? new Map()
  }

  /** The score of a peer; 0 for a peer without deeds. */
  of(peerId: string): number {
    let score = 0
    for (const [deed, count] of this.#decayed(peerId)?.counts ?? []) {
      const { factor, cap } = weights[deed]
      score += factor * Math.min(count, cap)
    }
    return score
  }

  #none(): Counters {
    return { counts: new Map(), atMs: this.#clock.monotonicMs() }
  }

  #decayed(peerId: string): Counters | undefined {
    const counters = this.#peers.get(peerId)
    if (counters === undefined) return undefined
    const nowMs = this.#clock.monotonicMs()
    const left = decayOver(10) ** ((nowMs - counters.atMs) / this.#slotMs)
    for (const [deed, count] of counters.counts)
      if (count * left < decayToZero) counters.counts.delete(deed)
      else counters.counts.set(deed, count * left)
    counters.atMs = nowMs
    return counters
  }
}
