import { writeRlpHead } from './rlp.ts'

/** Room for a type byte and the head of a list whose length has four bytes. */
const headBytes = 6

/**
 * Writes lists of strings one after the other into one buffer, and gives a view of each: for the transactions of a span
 * batch, where a buffer for each, as `encodeRlp` has it, costs several times what the view does.
 * Spec: Ethereum yellow paper, appendix B
 */
export class RlpWriter {
  readonly #bytes: Uint8Array
  #start = 0
  #position = 0

  /** @param sizeBytes for each list what its pieces need, and {@link overheadPerList} */
  constructor(sizeBytes: number) {
    this.#bytes = new Uint8Array(sizeBytes)
  }

  /** Begins a list. Its head is written last, in room that is left for it, as its length is known only then. */
  beginList(): void {
    this.#position += headBytes
    this.#start = this.#position
  }

  /** Ends the list; gives its bytes with the type of the transaction before them, if it has one. */
  endList(type: number | undefined): Uint8Array {
    const target = { bytes: this.#bytes, at: this.#start }
    writeRlpHead(target, this.#position - this.#start, 0xc0)
    if (type !== undefined) this.#bytes[--target.at] = type
    return this.#view(target.at)
  }

  /** Copies bytes that are RLP already. */
  copy(bytes: Uint8Array, from: number, end: number): void {
    let position = this.#position
    // For the short pieces that most are, a loop is as fast as `set` and needs no view.
    if (end - from > 64) {
      this.#bytes.set(bytes.subarray(from, end), position)
      position += end - from
    } else for (let at = from; at < end; at++) this.#bytes[position++] = bytes[at] ?? 0
    this.#position = position
  }

  /** A number that a double has exactly. */
  uint(value: number): void {
    if (value > 0 && value < 0x80) {
      this.#bytes[this.#position++] = value
      return
    }
    let length = 0
    for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) length++
    this.#bytes[this.#position++] = 0x80 + length
    this.#position += length
    let at = this.#position
    for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) this.#bytes[--at] = rest % 256
  }

  /** The number that the big-endian bytes between two places are, at most 55 of them. */
  uintFrom(bytes: Uint8Array, from: number, end: number): void {
    let first = from
    while (first < end && bytes[first] === 0) first++
    if (first !== end - 1 || (bytes[first] ?? 0) >= 0x80)
      this.#bytes[this.#position++] = 0x80 + (end - first)
    this.copy(bytes, first, end)
  }

  /** A string of at least two and at most 55 bytes, such as an address. */
  string(bytes: Uint8Array, from: number, end: number): void {
    this.#bytes[this.#position++] = 0x80 + (end - from)
    this.copy(bytes, from, end)
  }

  /** Copies bytes as they are, outside any list; gives the copy. */
  verbatim(bytes: Uint8Array, from: number, end: number): Uint8Array {
    const start = this.#position
    this.copy(bytes, from, end)
    return this.#view(start)
  }

  #view(start: number): Uint8Array {
    // A write past the end of a typed array is lost without a word.
    if (this.#position > this.#bytes.length) throw new RangeError('the buffer is too small')
    return this.#bytes.subarray(start, this.#position)
  }
}

/** What the head of a list takes in the buffer, however long it is. */
export const overheadPerList = headBytes
