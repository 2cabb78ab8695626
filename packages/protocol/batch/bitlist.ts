import { DecodeError } from '#protocol/codec/decode-error.ts'

// Rule bitlists: Bit lists are big-endian, and no bit is set past their end. Spec: delta/span-batches.md#span-batch-format,
// derive/span_batch_util.go
/** Bits encoded as one big-endian number: bit 0 is the lowest bit of the last byte. Spec: delta/span-batches.md#span-batch-format */
export class Bitlist {
  readonly #bytes: Uint8Array

  /**
   * @param bytes the whole list: `bitlistBytes(length)` bytes
   * @throws DecodeError if a bit past the length is set
   */
  constructor(bytes: Uint8Array, length: number) {
    const unused = bytes.length * 8 - length
    if (unused > 0 && (bytes[0] ?? 0) >> (8 - unused) !== 0)
      throw new DecodeError(`a bit is set past the length of ${length} bits`)
    this.#bytes = bytes
  }

  /** Whether the bit at an index is set. */
  has(index: number): boolean {
    const byte = this.#bytes[this.#bytes.length - 1 - (index >> 3)] ?? 0
    return ((byte >> (index & 7)) & 1) === 1
  }

  /** How many bits are set. */
  count(): number {
    let count = 0
    for (const byte of this.#bytes) for (let rest = byte; rest > 0; rest &= rest - 1) count++
    return count
  }
}

/** Number of bytes for a number of bits. */
export function bitlistBytes(length: number): number {
  return Math.ceil(length / 8)
}
