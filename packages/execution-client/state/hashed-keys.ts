import { keccak256 } from '#protocol/codec/keccak.ts'

/** Limit on cached hashes, which take 20 MB at the limit. */
const maxHashes = 100_000

/** Cache of hashes of addresses and slots, which recur in many blocks. */
export class HashedKeys {
  readonly #hashes = new Map<string, Uint8Array>()

  /** @param key `0x` hex */
  hash(key: string): Uint8Array {
    const known = this.#hashes.get(key)
    if (known !== undefined) return known
    const hash = keccak256(Buffer.from(key.slice(2), 'hex'))
    if (this.#hashes.size >= maxHashes) this.#hashes.clear()
    this.#hashes.set(key, hash)
    return hash
  }
}
