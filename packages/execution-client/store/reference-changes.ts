const hashBytes = 32
const entryBytes = hashBytes + 4

/** Changes of reference counts of trie nodes. */
export class ReferenceChanges {
  readonly #changes = new Map<string, number>()

  /** Change of the count of one node; 0 if it did not change. */
  of(hash: Uint8Array): number {
    return this.#changes.get(keyOf(hash)) ?? 0
  }

  add(hash: Uint8Array, change: number): void {
    this.#addTo(keyOf(hash), change)
  }

  addAll(other: ReferenceChanges): void {
    for (const [key, change] of other.#changes) this.#addTo(key, change)
  }

  /** All changes. */
  *entries(): Generator<readonly [hash: Uint8Array, change: number]> {
    for (const [key, change] of this.#changes) yield [Buffer.from(key, 'latin1'), change]
  }

  clear(): void {
    this.#changes.clear()
  }

  /** Encodes all changes as the hash and change of each node, concatenated. */
  encode(): Uint8Array {
    const bytes = Buffer.alloc(this.#changes.size * entryBytes)
    let at = 0
    for (const [key, change] of this.#changes) {
      bytes.write(key, at, 'latin1')
      at = bytes.writeInt32BE(change, at + hashBytes)
    }
    return bytes
  }

  addEncoded(encoded: Uint8Array): void {
    const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.length)
    for (let at = 0; at < bytes.length; at += entryBytes)
      this.#addTo(bytes.toString('latin1', at, at + hashBytes), bytes.readInt32BE(at + hashBytes))
  }

  #addTo(key: string, change: number): void {
    const sum = (this.#changes.get(key) ?? 0) + change
    if (sum === 0) this.#changes.delete(key)
    else this.#changes.set(key, sum)
  }
}

function keyOf(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.length).toString('latin1')
}
