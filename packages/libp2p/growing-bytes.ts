/** The smallest buffer that is allocated. */
const leastBytes = 1_024

/**
 * Collects bytes that arrive in pieces. Its buffer is at most twice as large as the bytes, also if each piece is a single
 * byte: a list of the pieces would need a hundred times the memory then.
 */
export class GrowingBytes {
  #buffer = new Uint8Array(0)
  #length = 0

  /** Number of collected bytes. */
  get length(): number {
    return this.#length
  }

  /** Copies a piece to the end. */
  append(piece: Uint8Array): void {
    const length = this.#length + piece.length
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#length, leastBytes))
      larger.set(this.#buffer.subarray(0, this.#length))
      this.#buffer = larger
    }
    this.#buffer.set(piece, this.#length)
    this.#length = length
  }

  /** Removes and returns all bytes. */
  take(): Uint8Array {
    const taken = this.#buffer.subarray(0, this.#length)
    this.#buffer = new Uint8Array(0)
    this.#length = 0
    return taken
  }

  /** Removes all bytes, and returns them followed by `last`. If no bytes were collected, `last` is not copied. */
  takeWith(last: Uint8Array): Uint8Array {
    if (this.#length === 0) return last
    this.append(last)
    return this.take()
  }
}
