import type { Hash } from '#protocol/primitives.ts'
import type { Clock } from '#runtime/clock.ts'
import { noPending, type PendingState, type Prefix, shownPrefixes } from './pending-state.ts'

/** Number of block times without a flashblock after which `pending` is the latest block. */
export const maxSilentBlocks = 2

/** A transaction of a prefix. */
export interface PendingPlace {
  readonly prefix: Prefix
  readonly position: number
}

/** The pending block, as clients see it. */
export class PendingView {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #maxAgeMs: number
  readonly #listeners = new Set<() => void>()
  #state: PendingState = noPending
  #prefixes: readonly Prefix[] = []
  #places: ReadonlyMap<Hash, PendingPlace> | undefined

  /** @param blockTime block time of the chain, in seconds */
  constructor(clock: Pick<Clock, 'monotonicMs'>, blockTime: bigint) {
    this.#clock = clock
    this.#maxAgeMs = maxSilentBlocks * Number(blockTime) * 1_000
  }

  /** The state that is shown. */
  get state(): PendingState {
    return this.#state
  }

  /** Shows a new state, and notifies the listeners. */
  show(state: PendingState): void {
    this.#state = state
    this.#prefixes = shownPrefixes(state)
    this.#places = undefined
    for (const listener of this.#listeners) listener()
  }

  /** Calls back when the pending block or the canonical head has changed. The returned function ends this. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Time since the newest flashblock arrived; undefined if there was no flashblock yet. */
  get ageMs(): number | undefined {
    const { arrivedMs } = this.#state
    return arrivedMs === undefined ? undefined : this.#clock.monotonicMs() - arrivedMs
  }

  /** Whether there has been no flashblock for too long. */
  get isStale(): boolean {
    return (this.ageMs ?? Infinity) > this.#maxAgeMs
  }

  /** The prefixes of all blocks above the canonical head, oldest first. Empty: `pending` is the latest block. */
  prefixes(): readonly Prefix[] {
    return this.isStale ? [] : this.#prefixes
  }

  /** The newest prefix; undefined: `pending` is the latest block. */
  newest(): Prefix | undefined {
    return this.prefixes().at(-1)
  }

  /** Where the prefixes have a transaction; undefined if they do not have it. */
  place(transaction: Hash): PendingPlace | undefined {
    if (this.isStale) return undefined
    this.#places ??= new Map(
      this.#prefixes.flatMap((prefix) =>
        prefix.transactions.map((hash, position) => [hash, { prefix, position }]),
      ),
    )
    return this.#places.get(transaction)
  }

  /** Whether a prefix is one of the newest, so that it is worth to ask for it. */
  isWanted(hash: Hash, newestIndices: number): boolean {
    const { blocks = [] } = this.#state.overlay ?? {}
    const hashes = blocks.flatMap((block) => block.hashes)
    return hashes.slice(-newestIndices).includes(hash)
  }
}
