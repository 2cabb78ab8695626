import type { Hash } from '#protocol/primitives.ts'

/** Number of heights whose blocks are remembered. As in op-node. */
export const maxSeenHeights = 1_000

/** Number of different blocks at one height that are accepted. As in op-node and in the specs. */
export const maxBlocksPerHeight = 6

/** The accepted blocks of one topic, for the heights that were looked up most recently. */
export class SeenBlocks {
  readonly #heights = new Map<bigint, Set<Hash>>()

  /** Remembers a new block. `too-many`: the height has the maximum number of blocks already; this is checked first. */
  add(height: bigint, hash: Hash): 'new' | 'seen' | 'too-many' {
    const hashes = this.#lookUp(height)
    if (hashes.size >= maxBlocksPerHeight) return 'too-many'
    if (hashes.has(hash)) return 'seen'
    hashes.add(hash)
    return 'new'
  }

  #lookUp(height: bigint): Set<Hash> {
    const hashes = this.#heights.get(height) ?? new Set<Hash>()
    // A map keeps the order of insertion, so its first key is the height whose last lookup is the oldest.
    this.#heights.delete(height)
    this.#heights.set(height, hashes)
    const [oldest] = this.#heights.keys()
    if (this.#heights.size > maxSeenHeights && oldest !== undefined) this.#heights.delete(oldest)
    return hashes
  }
}
