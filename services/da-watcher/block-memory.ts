import { type L1Block, sizeOfL1Block } from '#protocol/block/l1-block.ts'
import type { Hash } from '#protocol/primitives.ts'

/** What is kept, and what it takes. */
interface Kept {
  readonly bytes: number
  readonly value: L1Block | Uint8Array
}

/** Verified blocks without their blobs, and verified blobs: what was used last, up to a size. */
export class BlockMemory {
  readonly #maxBytes: number
  /** Oldest use first. Blocks by their hash, blobs by theirs: the two never meet. */
  readonly #kept = new Map<Hash, Kept>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  block(hash: Hash): L1Block | undefined {
    const value = this.#use(hash)
    return value instanceof Uint8Array ? undefined : value
  }

  blob(versionedHash: Hash): Uint8Array | undefined {
    const value = this.#use(versionedHash)
    return value instanceof Uint8Array ? value : undefined
  }

  putBlock(block: L1Block): void {
    this.#put(block.hash, { bytes: sizeOfL1Block(block), value: block })
  }

  putBlob(versionedHash: Hash, blob: Uint8Array): void {
    this.#put(versionedHash, { bytes: blob.length, value: blob })
  }

  /** Makes room for what is to come: it was used, and is hardly used again. */
  release(hash: Hash): void {
    const kept = this.#kept.get(hash)
    if (kept === undefined) return
    this.#kept.delete(hash)
    this.#bytes -= kept.bytes
  }

  #use(hash: Hash): Kept['value'] | undefined {
    const kept = this.#kept.get(hash)
    if (kept === undefined) return undefined
    this.#kept.delete(hash)
    this.#kept.set(hash, kept)
    return kept.value
  }

  #put(hash: Hash, kept: Kept): void {
    this.release(hash)
    this.#kept.set(hash, kept)
    this.#bytes += kept.bytes
    for (const [oldest] of this.#kept) {
      if (this.#bytes <= this.#maxBytes || oldest === hash) break
      this.release(oldest)
    }
  }
}
