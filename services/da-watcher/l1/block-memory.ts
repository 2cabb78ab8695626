import { type L1Block, sizeOfL1Block } from '#protocol/block/l1-block.ts'
import type { Hash } from '#protocol/primitives.ts'

/** A stored value and its size. */
interface Stored {
  readonly bytes: number
  readonly value: L1Block | Uint8Array
}

/** A cache in memory: verified blocks without their blobs, and verified blobs, up to a total size. */
export class BlockMemory {
  readonly #maxBytes: number
  /** Least recently used first. Blocks by block hash, blobs by versioned hash. */
  readonly #stored = new Map<Hash, Stored>()
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

  #remove(hash: Hash): void {
    const stored = this.#stored.get(hash)
    if (stored === undefined) return
    this.#stored.delete(hash)
    this.#bytes -= stored.bytes
  }

  #use(hash: Hash): Stored['value'] | undefined {
    const stored = this.#stored.get(hash)
    if (stored === undefined) return undefined
    this.#stored.delete(hash)
    this.#stored.set(hash, stored)
    return stored.value
  }

  #put(hash: Hash, stored: Stored): void {
    this.#remove(hash)
    this.#stored.set(hash, stored)
    this.#bytes += stored.bytes
    for (const [oldest] of this.#stored) {
      if (this.#bytes <= this.#maxBytes || oldest === hash) break
      this.#remove(oldest)
    }
  }
}
