import type { FetchL1BlockRequest } from '#messages/fetch-l1-block.ts'
import { type L1Block, sizeOfL1Block } from '#protocol/block/l1-block.ts'
import type { Address } from '#protocol/primitives.ts'
import { type Fault, isFault } from '#runtime/fault.ts'

/** What is fetched ahead, and how much. */
export interface PrefetcherOptions {
  readonly fetch: (wanted: FetchL1BlockRequest) => Promise<L1Block | undefined>
  /** Called when a fetch fails; a caller who needs the block gets the fault of its own fetch. */
  readonly onFault: (fault: Fault) => void
  /** Of blocks and blobs that were fetched and not asked for yet; those on the way are guessed. */
  readonly maxBytes: number
}

/** Blocks that are fetched at once. */
export const maxInFlight = 4

/** Blocks that are fetched ahead, however small they are. */
export const maxAhead = 64

/** What a block is taken to be as long as none was seen. */
const firstGuessBytes = 256 * 1024

/** Fetches the blocks after the one that was asked for last, when they are asked for one after the other. */
export class Prefetcher {
  readonly #options: PrefetcherOptions
  /** Bytes of each block that is there and was not asked for yet. */
  readonly #ahead = new Map<bigint, number>()
  readonly #inFlight = new Set<bigint>()
  #next: bigint | undefined
  #batcherAddress: Address | undefined
  #head = -1n
  #guessBytes = firstGuessBytes

  constructor(options: PrefetcherOptions) {
    this.#options = options
  }

  /** Bytes that were fetched and not asked for yet. */
  get bytes(): number {
    return this.#ahead.values().reduce((sum, bytes) => sum + bytes, 0)
  }

  /** Notes what was asked for, and how large it was. */
  asked({ block, batcherAddress }: FetchL1BlockRequest, found: L1Block | undefined): void {
    if (block.kind === 'hash' || found === undefined) return
    const { number } = block
    // A jump: what was fetched for the way before is not waited for.
    if (number + 1n !== this.#next && number !== this.#next) this.#ahead.clear()
    this.#ahead.delete(number)
    this.#noteSize(sizeOfL1Block(found))
    this.#next = number + 1n
    this.#batcherAddress = batcherAddress
    this.#fill()
  }

  /** Notes how far there is something to fetch. */
  set head(number: bigint) {
    this.#head = number
    this.#fill()
  }

  /** Forgets what another chain has in its place. */
  forgetAbove(number: bigint): void {
    for (const known of this.#ahead.keys()) if (known > number) this.#ahead.delete(known)
  }

  #fill(): void {
    if (this.#next === undefined) return
    for (let number = this.#next; number < this.#next + BigInt(maxAhead); number++) {
      if (number > this.#head || this.#inFlight.size >= maxInFlight) return
      if (this.#ahead.has(number) || this.#inFlight.has(number)) continue
      const guessed = this.bytes + (this.#inFlight.size + 1) * this.#guessBytes
      if (guessed > this.#options.maxBytes) return
      this.#inFlight.add(number)
      void this.#fetch(number)
    }
  }

  async #fetch(number: bigint): Promise<void> {
    const batcherAddress = this.#batcherAddress
    if (batcherAddress === undefined) return
    const block = { kind: 'number', number } as const
    try {
      const found = await this.#options.fetch({ block, parentHash: undefined, batcherAddress })
      if (found === undefined) return
      this.#noteSize(sizeOfL1Block(found))
      // It may have been asked for meanwhile.
      if (this.#next !== undefined && number >= this.#next)
        this.#ahead.set(number, sizeOfL1Block(found))
    } catch (error) {
      if (!isFault(error)) throw error
      this.#options.onFault(error)
      return
    } finally {
      this.#inFlight.delete(number)
    }
    this.#fill()
  }

  #noteSize(bytes: number): void {
    this.#guessBytes += (bytes - this.#guessBytes) / 8
  }
}
