import { DecodeError } from './decode-error.ts'

/** Up to this length, the first byte of an item holds the length. */
export const longestShort = 55

/**
 * Reads RLP item by item without copies or objects. The content of the last string is from `start` to `position`.
 * Only the shortest form passes, so the bytes that were read equal the encoding of their value.
 * Spec: Ethereum yellow paper, appendix B
 */
export class RlpScan {
  readonly #bytes: Uint8Array
  /** Offset of the next item. */
  position: number
  /** Offset of the content of the last item. */
  start: number

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes
    this.position = position
    this.start = position
  }

  /** Whether the next item is a list. */
  get isAtList(): boolean {
    return (this.#bytes[this.position] ?? 0) >= 0xc0
  }

  /** The last string, as a view. */
  get content(): Uint8Array {
    return this.#bytes.subarray(this.start, this.position)
  }

  /**
   * Enters a list that must end at or before `end`.
   *
   * @returns the offset of the end of the list
   * @throws DecodeError for a string, or a list that is malformed or ends after `end`
   */
  list(end: number): number {
    const head = this.#bytes[this.position] ?? 0
    if (head < 0xc0) throw new DecodeError('bytes, want a list')
    const listEnd = this.#content(head - 0xc0, end)
    this.position = this.start
    return listEnd
  }

  /**
   * Reads a string of any length.
   *
   * @throws DecodeError for a list, or a string that is malformed or ends after `end`
   */
  string(end: number): void {
    const head = this.#bytes[this.position] ?? 0
    if (head >= 0xc0) throw new DecodeError('a list, want bytes')
    if (head < 0x80) {
      if (this.position >= end) throw new DecodeError('a field is missing')
      this.start = this.position++
      return
    }
    this.position = this.#content(head - 0x80, end)
    if (this.position - this.start === 1 && (this.#bytes[this.start] ?? 0) < 0x80)
      throw new DecodeError('a byte below 0x80 has a length')
  }

  /**
   * Reads a string of a given length.
   *
   * @throws DecodeError as `string`, and for another length
   */
  fixed(length: number, end: number): void {
    this.string(end)
    const found = this.position - this.start
    if (found !== length) throw new DecodeError(`${found} bytes, want ${length}`)
  }

  /**
   * Reads a number of limited length.
   *
   * @throws DecodeError as `string`, and for more than `maxBytes` bytes or a leading zero
   */
  uint(maxBytes: number, end: number): void {
    this.string(end)
    const length = this.position - this.start
    if (length > maxBytes) throw new DecodeError(`${length} bytes, at most ${maxBytes}`)
    if (length > 0 && this.#bytes[this.start] === 0)
      throw new DecodeError('a number begins with a zero')
  }

  /** @throws DecodeError unless the list that ends at `end` was read completely */
  leave(end: number): void {
    if (this.position !== end) throw new DecodeError('a list has too many fields')
  }

  /** Reads the length in or after the first byte, sets `start`, and returns the end of the content. */
  #content(short: number, end: number): number {
    if (this.position >= end) throw new DecodeError('a field is missing')
    const lengthBytes = Math.max(0, short - longestShort)
    this.start = this.position + 1 + lengthBytes
    if (this.start > end) throw new DecodeError('a length is truncated')
    const length = lengthBytes === 0 ? short : this.#longLength(lengthBytes)
    if (length > end - this.start)
      throw new DecodeError(`${length - (end - this.start)} bytes are missing`)
    return this.start + length
  }

  #longLength(lengthBytes: number): number {
    const first = this.start - lengthBytes
    if (this.#bytes[first] === 0) throw new DecodeError('a length begins with a zero')
    let length = 0
    for (let at = first; at < this.start; at++) length = length * 256 + (this.#bytes[at] ?? 0)
    if (length <= longestShort) throw new DecodeError(`${length} is written as a long length`)
    return length
  }
}
