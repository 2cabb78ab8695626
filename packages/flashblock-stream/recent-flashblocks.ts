/** The place of a flashblock in a stream. */
export interface StreamPosition {
  readonly number: bigint
  readonly index: number
}

/** A flashblock that was published, encoded. */
export interface PublishedFlashblock extends StreamPosition {
  readonly text: Buffer
}

/** Limits on kept flashblocks. */
interface RecentLimits {
  readonly maxFlashblocks: number
  readonly maxBytes: number
}

/** Keeps about a minute of flashblocks. Base's publisher keeps 55. */
export const recentLimits: RecentLimits = { maxFlashblocks: 256, maxBytes: 64 * 1024 * 1024 }

/**
 * The newest flashblocks, for clients that come late or come back. All flashblocks of the newest block are kept, even
 * over the limits: a part of a block is useless for a client.
 */
export class RecentFlashblocks<Kept extends PublishedFlashblock = PublishedFlashblock> {
  readonly #limits: RecentLimits
  readonly #kept: Kept[] = []
  #bytes = 0

  constructor(limits: RecentLimits = recentLimits) {
    this.#limits = limits
  }

  add(flashblock: Kept): void {
    this.#kept.push(flashblock)
    this.#bytes += flashblock.text.length
    while (this.#isOverLimit() && this.#start !== 0) {
      const dropped = this.#kept.shift()
      this.#bytes -= dropped?.text.length ?? 0
    }
  }

  #isOverLimit(): boolean {
    const { maxBytes, maxFlashblocks } = this.#limits
    return this.#kept.length > maxFlashblocks || this.#bytes > maxBytes
  }

  /** The newest flashblock. */
  get last(): Kept | undefined {
    return this.#kept.at(-1)
  }

  /**
   * The flashblocks of the newest block, from index 0. If a builder began the block again, only those since it did.
   */
  current(): readonly Kept[] {
    return this.#start === -1 ? [] : this.#kept.slice(this.#start)
  }

  /** Where the newest block begins; -1 if its index 0 is not kept. */
  get #start(): number {
    return this.#kept.findLastIndex(({ index }) => index === 0)
  }

  /**
   * The flashblocks after a position, in the order in which they were published. After a position that was not published
   * or is not kept, those that have a higher position.
   */
  after(position: StreamPosition): readonly Kept[] {
    const { index, number } = position
    const at = this.#kept.findLastIndex((kept) => kept.number === number && kept.index === index)
    if (at !== -1) return this.#kept.slice(at + 1)
    const next = this.#kept.findIndex(
      (kept) => kept.number > number || (kept.number === number && kept.index > index),
    )
    return next === -1 ? [] : this.#kept.slice(next)
  }
}
