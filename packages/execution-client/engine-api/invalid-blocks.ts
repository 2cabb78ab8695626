import type { Hash } from '#protocol/primitives.ts'

/** Why a block was refused, and its last valid ancestor. */
export interface Refusal {
  readonly reason: string
  readonly latestValid: Hash
}

/** Limit on remembered invalid blocks, since the sender of payloads decides how many invalid blocks there are. */
export const maxInvalidBlocks = 512

/** Remembers invalid blocks, so that their descendants are refused without execution. */
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
