import { adler32 } from './adler32.ts'
import type { Decompressed } from './decompressed.ts'
import { fixedDistances, fixedLiterals, HuffmanCode } from './huffman-code.ts'

/** Size of the window of op-node's decompressor, which returns output when the window is full. */
const windowBytes = 32_768

/** The order in which a block lists the lengths of its code length codes. Spec: RFC 1951, 3.2.7 */
const lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const

const endOfBlock = 256
const maxLiteralCodes = 286
const maxDistanceCodes = 30
const maxMatchBytes = 258

/** Bytes reserved for the longest match and a run of literals. */
const runBytes = maxMatchBytes + 4_096

/** Bytes of input that must be left for reading ahead; a match takes fewer. */
const aheadBytes = 16

/** By symbol: the shortest length, and the number of extra bits. Spec: RFC 1951, 3.2.5 */
const lengthBase = new Uint16Array(maxLiteralCodes)
const lengthExtraBits = new Uint8Array(maxLiteralCodes)
for (let symbol = 257, base = 3; symbol < maxLiteralCodes; symbol++) {
  const extraBits = symbol < 265 ? 0 : (symbol - 261) >> 2
  lengthBase[symbol] = base
  lengthExtraBits[symbol] = extraBits
  base += 1 << extraBits
}
lengthBase[maxLiteralCodes - 1] = maxMatchBytes
lengthExtraBits[maxLiteralCodes - 1] = 0

/** By distance code: the shortest distance, and the number of extra bits. */
const distanceBase = new Uint16Array(maxDistanceCodes)
const distanceExtraBits = new Uint8Array(maxDistanceCodes)
for (let code = 0, base = 1; code < maxDistanceCodes; code++) {
  const extraBits = code < 4 ? 0 : (code - 2) >> 1
  distanceBase[code] = base
  distanceExtraBits[code] = extraBits
  base += 1 << extraBits
}

// Rule open-stream: A stream may be unterminated; data before a flaw counts. Spec: derivation.md#channel-format,
// derive/channel_in_reader.go
/**
 * Inflates a stream that `node:zlib` refused, as far as op-node does: the stream may be incomplete, and output before a
 * flaw counts. The returned bytes are part of consensus, so the steps are those of Go's compress/flate.
 * This code has a fifth to a third of the speed of zlib.
 *
 * Spec: RFC 1950, RFC 1951
 */
export function inflate(data: Uint8Array, maxBytes: number): Decompressed {
  const start = zlibHeaderBytes(data)
  if (start === undefined)
    return { bytes: new Uint8Array(0), end: 'corrupt', flawedFrom: undefined }
  return new Inflater(data.subarray(start), maxBytes).run()
}

/** Length of the zlib header; undefined if the header is invalid. */
function zlibHeaderBytes(data: Uint8Array): number | undefined {
  const [method = 0, flags, ...dictionary] = data.subarray(0, 6)
  if (flags === undefined || (method & 0x0f) !== 8 || method >> 4 > 7) return undefined
  if ((method * 256 + flags) % 31 !== 0) return undefined
  if ((flags & 0x20) === 0) return 2
  // Rule zlib-dictionary: Only the empty preset dictionary is accepted. Spec: Go's compress/zlib
  return dictionary.join() === '0,0,0,1' ? 6 : undefined
}

/** Thrown where a stream is truncated or corrupt; the output so far is kept. */
class Flaw extends Error {
  override readonly name = 'Flaw'
  readonly end: 'truncated' | 'corrupt'

  constructor(end: 'truncated' | 'corrupt') {
    super(end)
    this.end = end
  }
}

class Inflater {
  readonly #data: Uint8Array
  readonly #maxBytes: number
  #at = 0
  #bits = 0
  #bitCount = 0
  #out: Uint8Array
  #length = 0
  /** Output offset of the last empty stored block, which makes the decompressor return its output. */
  #flushedAt = 0

  constructor(data: Uint8Array, maxBytes: number) {
    this.#data = data
    this.#maxBytes = maxBytes
    this.#out = new Uint8Array(Math.min(4 * data.length, maxBytes) + runBytes)
  }

  run(): Decompressed {
    const end = this.#readToEnd()
    const bytes = this.#out.subarray(0, Math.min(this.#length, this.#maxBytes))
    const flawedFrom = end === 'truncated' || end === 'corrupt' ? this.#flawedFrom() : undefined
    return { bytes, end, flawedFrom }
  }

  #readToEnd(): Decompressed['end'] {
    try {
      let block: 'more' | 'last'
      do block = this.#readBlock()
      while (block === 'more' && !this.#isOverLimit())
      return this.#isOverLimit() ? 'over-limit' : this.#checkSum()
    } catch (error) {
      if (error instanceof Flaw) return this.#isOverLimit() ? 'over-limit' : error.end
      throw error
    }
  }

  #isOverLimit(): boolean {
    return this.#length > this.#maxBytes
  }

  /** Reads a block, up to its end or until the limit is exceeded. Returns whether more blocks follow. */
  #readBlock(): 'more' | 'last' {
    const isLast = this.#take(1) === 1
    const type = this.#take(2)
    if (type === 0) this.#readStored(isLast ? 'last' : 'more')
    else if (type === 1) this.#readCompressed(fixedLiterals, fixedDistances)
    else if (type === 2) this.#readDynamic()
    else throw new Flaw('corrupt')
    return isLast ? 'last' : 'more'
  }

  #readStored(position: 'more' | 'last'): void {
    this.#toByteBoundary()
    const [a, b, c, d] = this.#data.subarray(this.#at, this.#at + 4)
    if (a === undefined || b === undefined || c === undefined || d === undefined)
      throw new Flaw('truncated')
    this.#at += 4
    const length = a + b * 256
    if (length + c + d * 256 !== 0xffff) throw new Flaw('corrupt')
    if (length === 0 && position === 'more') this.#flushedAt = this.#length
    const content = this.#data.subarray(this.#at, this.#at + length)
    this.#reserve(content.length)
    this.#out.set(content, this.#length)
    this.#length += content.length
    this.#at += content.length
    if (content.length < length) throw new Flaw('truncated')
  }

  #readDynamic(): void {
    const literals = this.#take(5) + 257
    if (literals > maxLiteralCodes) throw new Flaw('corrupt')
    const distances = this.#take(5) + 1
    if (distances > maxDistanceCodes) throw new Flaw('corrupt')
    const lengths = this.#readCodeLengths(literals + distances)
    const literalCode = HuffmanCode.fromLengths(lengths.subarray(0, literals))
    const distanceCode = HuffmanCode.fromLengths(lengths.subarray(literals))
    if (literalCode === undefined || distanceCode === undefined) throw new Flaw('corrupt')
    literalCode.leastBits = Math.max(literalCode.leastBits, lengths[endOfBlock] ?? 0)
    this.#readCompressed(literalCode, distanceCode)
  }

  /** Reads the code lengths, which are encoded with a prefix code themselves. */
  #readCodeLengths(count: number): Uint8Array {
    const order = lengthOrder.slice(0, this.#take(4) + 4)
    const codeLengths = new Uint8Array(lengthOrder.length)
    for (const symbol of order) codeLengths[symbol] = this.#take(3)
    const code = HuffmanCode.fromLengths(codeLengths)
    if (code === undefined) throw new Flaw('corrupt')

    const lengths = new Uint8Array(count)
    for (let at = 0; at < count;) {
      const symbol = this.#symbol(code)
      if (symbol < 16) {
        lengths[at++] = symbol
        continue
      }
      if (symbol === 16 && at === 0) throw new Flaw('corrupt')
      const value = symbol === 16 ? (lengths[at - 1] ?? 0) : 0
      const repeats = symbol === 18 ? 11 + this.#take(7) : 3 + this.#take(symbol === 16 ? 2 : 3)
      if (at + repeats > count) throw new Flaw('corrupt')
      lengths.fill(value, at, at + repeats)
      at += repeats
    }
    return lengths
  }

  #readCompressed(literals: HuffmanCode, distances: HuffmanCode): void {
    while (!this.#isOverLimit()) {
      this.#reserve(runBytes)
      this.#readAhead(literals, distances)
      const symbol = this.#symbol(literals)
      if (symbol === endOfBlock) return
      if (symbol < endOfBlock) {
        this.#out[this.#length++] = symbol
        continue
      }
      if (symbol >= maxLiteralCodes) throw new Flaw('corrupt')
      const length = (lengthBase[symbol] ?? 0) + this.#take(lengthExtraBits[symbol] ?? 0)
      const code = this.#symbol(distances)
      if (code >= maxDistanceCodes) throw new Flaw('corrupt')
      const distance = (distanceBase[code] ?? 0) + this.#take(distanceExtraBits[code] ?? 0)
      if (distance > this.#length) throw new Flaw('corrupt')
      // Copies byte by byte, since a match may overlap its own output.
      for (const end = this.#length + length; this.#length < end; this.#length++)
        this.#out[this.#length] = this.#out[this.#length - distance] ?? 0
    }
  }

  /**
   * Reads symbols while at least `aheadBytes` of input are left, so that the end of the input need not be checked. All
   * state is in local variables, which doubles the speed. The reading stops before a symbol that is neither a literal
   * nor the start of a match.
   */
  #readAhead(literals: HuffmanCode, distances: HuffmanCode): void {
    const data = this.#data
    const out = this.#out
    const dataEnd = data.length - aheadBytes
    // Leaves room for a match that begins before `outEnd`, and for one more symbol.
    const outEnd = Math.min(out.length, this.#maxBytes) - 2 * maxMatchBytes
    let at = this.#at
    let bits = this.#bits
    let bitCount = this.#bitCount
    let length = this.#length
    let end = length
    while (at < dataEnd && length < outEnd) {
      for (; bitCount <= 24; bitCount += 8) bits |= (data[at++] ?? 0) << bitCount
      const entry = literals.table[bits & literals.mask] ?? 0
      const symbol = (entry >> 4) - 1
      if (symbol < 0 || symbol === endOfBlock || symbol >= maxLiteralCodes) break
      bits >>>= entry & 15
      bitCount -= entry & 15
      if (symbol < endOfBlock) {
        out[length++] = symbol
        continue
      }
      const extraBits = lengthExtraBits[symbol] ?? 0
      end = length + (lengthBase[symbol] ?? 0) + (bits & ((1 << extraBits) - 1))
      bits >>>= extraBits
      bitCount -= extraBits

      for (; bitCount <= 24; bitCount += 8) bits |= (data[at++] ?? 0) << bitCount
      const far = distances.table[bits & distances.mask] ?? 0
      const code = (far >> 4) - 1
      bits >>>= far & 15
      bitCount -= far & 15
      for (; bitCount <= 24; bitCount += 8) bits |= (data[at++] ?? 0) << bitCount
      const farBits = distanceExtraBits[code] ?? 0
      const distance = (distanceBase[code] ?? 0) + (bits & ((1 << farBits) - 1))
      bits >>>= farBits
      bitCount -= farBits
      if (code < 0 || code >= maxDistanceCodes || distance > length) {
        this.#length = length
        throw new Flaw('corrupt')
      }
      for (; length < end; length++) out[length] = out[length - distance] ?? 0
    }
    this.#at = at
    this.#bits = bits
    this.#bitCount = bitCount
    this.#length = length
  }

  #checkSum(): 'complete' | 'truncated' | 'corrupt' {
    this.#toByteBoundary()
    const sum = this.#data.subarray(this.#at, this.#at + 4)
    if (sum.length < 4) return 'truncated'
    const actual = adler32(this.#out.subarray(0, this.#length))
    const wanted = new DataView(sum.buffer, sum.byteOffset).getUint32(0)
    return actual === wanted ? 'complete' : 'corrupt'
  }

  /** Offset of the piece that is returned with the error; undefined if no output is left to return. */
  #flawedFrom(): number | undefined {
    const from = Math.max(this.#flushedAt, this.#length - (this.#length % windowBytes))
    return from === this.#length ? undefined : from
  }

  #symbol(code: HuffmanCode): number {
    // Go reads this many bits before a lookup, even if fewer are enough. This matters at the end of the data.
    while (this.#bitCount < code.leastBits) this.#readByte()
    for (;;) {
      const entry = code.table[this.#bits & code.mask] ?? 0
      if (entry === 0) throw new Flaw('corrupt')
      const bits = entry & 15
      if (bits <= this.#bitCount) {
        this.#bits >>>= bits
        this.#bitCount -= bits
        return (entry >> 4) - 1
      }
      this.#readByte()
    }
  }

  /** Drops the rest of a byte, and moves back over whole bytes that were read ahead. */
  #toByteBoundary(): void {
    this.#at -= this.#bitCount >> 3
    this.#bits = 0
    this.#bitCount = 0
  }

  #take(count: number): number {
    while (this.#bitCount < count) this.#readByte()
    const value = this.#bits & ((1 << count) - 1)
    this.#bits >>>= count
    this.#bitCount -= count
    return value
  }

  #readByte(): void {
    const byte = this.#data[this.#at++]
    if (byte === undefined) throw new Flaw('truncated')
    this.#bits |= byte << this.#bitCount
    this.#bitCount += 8
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#out.length) return
    const larger = new Uint8Array(Math.min(2 * this.#out.length, this.#maxBytes) + bytes)
    larger.set(this.#out.subarray(0, this.#length))
    this.#out = larger
  }
}
