import type { Hash } from '#protocol/primitives.ts'

/** Why a block was refused, and what below it is good. */
export interface Refusal {
  readonly reason: string
  readonly latestValid: Hash
}

/** Refused blocks that are remembered, at most: whoever sends them chooses how many. */
export const maxInvalidBlocks = 512

/** Blocks that were refused, so that those on top of them are refused unseen. */
export class InvalidBlocks {
  readonly #refusals = new Map<Hash, Refusal>()

  add(hash: Hash, refusal: Refusal): void {
    this.#refusals.set(hash, refusal)
    for (const oldest of this.#refusals.keys()) {
      if (this.#refusals.size <= maxInvalidBlocks) break
      this.#refusals.delete(oldest)
    }
  }

  find(hash: Hash): Refusal | undefined {
    return this.#refusals.get(hash)
  }
}
