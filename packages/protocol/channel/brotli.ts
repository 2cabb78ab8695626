import { brotliDecompressSync, constants } from 'node:zlib'
import { areSameBytes } from '#protocol/codec/same-bytes.ts'
import type { Decompressed } from './decompressed.ts'
import { isRefusal, isTooLarge, outputChunkBytes, toUint8Array } from './node-zlib.ts'

/**
 * op-node's decompressor first gets a buffer of 4,096 bytes without the version byte, then pieces of 32,768 bytes. The
 * decompressor returns output after each piece.
 */
const firstInputBytes = 4_095
const inputBytes = 32_768

/**
 * The search for a flaw covers this many output bytes past the limit: the sum of the largest window and the largest
 * block. A window may be decoded before any of its bytes is returned. One more byte of input adds at most one block of
 * output.
 */
const searchBytes = 1 << 25

/** Input bytes of the first try at a stream that exceeds the limit. Each further try takes twice as many. */
const firstTryBytes = 32

/**
 * Decompresses brotli as far as op-node does. A stream may be incomplete. Output that is returned before a flaw counts.
 *
 * @param data without the version byte
 * Spec: protocol/fjord/derivation.md#brotli-channel-compression, RFC 7932
 */
export function decompressBrotli(data: Uint8Array, maxBytes: number): Decompressed {
  const whole = decompressWhole(data, maxBytes)
  if (typeof whole === 'object') return whole
  // For a stream above the limit, a small part is enough. Most other streams that get here are incomplete but have no
  // flaw, so the whole stream is tried first.
  const firstEnd = whole === 'too-large' ? firstTryBytes : data.length
  const found = findSound(data, { maxBytes, firstEnd })
  const isPastLimit = wholeWindows(found.good.bytes, windowBytes(data)) > maxBytes
  if (isPastLimit) return limited(flawless(found.good), maxBytes)
  return limited(
    found.goodEnd === data.length
      ? decompressUnfinished(data, found.good)
      : decompressCorrupt(data, found),
    maxBytes,
  )
}

/** Decompresses in one call, which succeeds if the stream ends with the data and within the limit. */
function decompressWhole(data: Uint8Array, maxBytes: number): Decompressed | Refused {
  const whole = decompressAll(data, {
    maxOutputLength: maxBytes,
    finishFlush: constants.BROTLI_OPERATION_FINISH,
  })
  if (typeof whole === 'string') return whole
  return whole.consumed < data.length
    ? 'flawed'
    : { bytes: whole.bytes, end: 'complete', flawedFrom: undefined }
}

/** The part of a stream without a flaw, and its output. */
interface Sound {
  readonly good: Prefix
  readonly goodEnd: number
}

/**
 * Finds the longest prefix without a flaw, or a prefix with so much output that a later flaw does not matter. The
 * search tries longer and longer prefixes, then bisects, because `node:zlib` returns nothing for a flawed or too large
 * stream.
 */
function findSound(
  data: Uint8Array,
  { maxBytes, firstEnd }: { readonly maxBytes: number; readonly firstEnd: number },
): Sound {
  const window = windowBytes(data)
  let good: Prefix = { bytes: new Uint8Array(0), consumed: 0 }
  let goodEnd = 0
  let badEnd = data.length + 1
  for (let tryEnd = firstEnd; badEnd - goodEnd > 1; tryEnd *= 2) {
    const isBounded = badEnd <= data.length
    const end = isBounded ? (goodEnd + badEnd) >> 1 : Math.min(tryEnd, data.length)
    const prefix = decompressPrefix(data.subarray(0, end), maxBytes)
    if (prefix === undefined) {
      badEnd = end
      continue
    }
    good = prefix
    goodEnd = end
    if (wholeWindows(good.bytes, window) > maxBytes) break
  }
  return { good, goodEnd }
}

function flawless({ bytes }: Prefix): Decompressed {
  return { bytes, end: 'truncated', flawedFrom: undefined }
}

/** The result for a stream that is incomplete, or that has bytes after its end. */
function decompressUnfinished(data: Uint8Array, whole: Prefix): Decompressed {
  const { bytes, consumed } = whole
  if (consumed === data.length) return flawless(whole)
  // op-node returns the last output together with the error in only one case: the last byte of the stream and the byte
  // after it are in the same piece of input.
  const before = lastInputEnd(consumed - 1)
  const isInSamePiece = lastInputEnd(consumed) === before
  return {
    bytes,
    end: 'corrupt',
    flawedFrom: isInSamePiece ? handedOn(data.subarray(0, before), bytes.length) : undefined,
  }
}

/** The result for a stream with a flaw. From the piece of input with the flaw, op-node returns only full buffers. */
function decompressCorrupt(data: Uint8Array, { good, goodEnd }: Sound): Decompressed {
  const size = good.bytes.length
  const padded = paddedWithZeros(data.subarray(0, goodEnd + 1), size + searchBytes)
  const bytes = padded?.bytes ?? good.bytes
  const before = handedOn(data.subarray(0, lastInputEnd(goodEnd)), size)
  const windows = wholeWindows(bytes, windowBytes(data))
  const input = padded?.input ?? data.subarray(0, goodEnd)
  const filled = windows > 0 ? windows : filledBytes(input, bytes, before)
  const length = Math.max(before, filled)
  return { bytes: bytes.subarray(0, length), end: 'corrupt', flawedFrom: before }
}

function wholeWindows({ length }: Uint8Array, window: number): number {
  return length - (length % window)
}

/** Sets the padding bits of a stream to zero and decompresses it; undefined if its last byte has another flaw. */
function paddedWithZeros(
  data: Uint8Array,
  maxBytes: number,
): { readonly input: Uint8Array; readonly bytes: Uint8Array } | undefined {
  const input = new Uint8Array(data)
  const last = data.length - 1
  for (let bits = 7; bits > 0; bits--) {
    input[last] = (data[last] ?? 0) & ((1 << bits) - 1)
    const whole = decompressWhole(input, maxBytes)
    if (typeof whole === 'object') return { input, bytes: whole.bytes }
  }
  return undefined
}

/** Smallest size of op-node's buffer. */
const smallestBufferBytes = 1_024

/** Size of op-node's reads. The first read after a flaw returns the error too, so the rest of the buffer is lost. */
const askedBytes = 4_096

/**
 * Number of bytes that op-node returns because its buffer is full, while the buffer is smaller than the window. The
 * size of the buffer is the smallest power of two that the next block fits in. So the buffer is full only if a block
 * ends exactly at the end of the buffer.
 */
function filledBytes(data: Uint8Array, bytes: Uint8Array, before: number): number {
  let end = data.length
  for (let size = windowBytes(data) / 2; size >= smallestBufferBytes && size > before; size /= 2) {
    if (size > bytes.length) continue
    end = inputOf(data.subarray(0, end), size)
    // The rest of the last byte is too short for another block with output.
    if (handedOn(data.subarray(0, end), size) !== size) continue
    if (endsCompressedBlock(data.subarray(0, end), bytes.subarray(0, size)))
      return Math.min(size, before + askedBytes)
  }
  return 0
}

/** Smallest number of input bytes that produce at least `size` output bytes. */
function inputOf(data: Uint8Array, size: number): number {
  let less = 0
  let enough = data.length
  while (enough - less > 1) {
    const middle = Math.floor((less + enough) / 2)
    if (handedOn(data.subarray(0, middle), size) < size) less = middle
    else enough = middle
  }
  return enough
}

/** The two bits of an empty last block. Where a block may begin, these bits end the stream. */
const lastBlockBits = 0b11

/** Whether the compressed block that produced the end of `bytes` ends in the last byte of the input. */
function endsCompressedBlock(data: Uint8Array, bytes: Uint8Array): boolean {
  // op-node's decompressor does not check whether the buffer is full after it writes stored data, so a stored block
  // does not count.
  if (areSameBytes(data.subarray(-storedBytes), bytes.subarray(-storedBytes))) return false
  const ended = new Uint8Array(data.length + 1)
  for (let bits = 1; bits <= 8; bits++) {
    const last = (data[data.length - 1] ?? 0) & ((1 << bits) - 1)
    const tail = last | (lastBlockBits << bits)
    ended.set(data)
    ended.set([tail & 0xff, tail >> 8], data.length - 1)
    const stream = bits <= 6 ? ended.subarray(0, -1) : ended
    const whole = decompressWhole(stream, bytes.length)
    if (typeof whole === 'object' && whole.bytes.length === bytes.length) return true
  }
  return false
}

/** If this many bytes at the end of the input equal the end of the output, the block counts as stored uncompressed. */
const storedBytes = 8

function handedOn(prefix: Uint8Array, maxBytes: number): number {
  return decompressPrefix(prefix, maxBytes)?.bytes.length ?? 0
}

/** The last boundary between pieces of input at or before an offset. */
function lastInputEnd(at: number): number {
  if (at < firstInputBytes) return 0
  return at - ((at - firstInputBytes) % inputBytes)
}

/** Spec: RFC 7932, 9.1 */
function windowBytes([first = 0]: Uint8Array): number {
  if ((first & 1) === 0) return 1 << 16
  const high = (first >> 1) & 7
  if (high !== 0) return 1 << (17 + high)
  const low = (first >> 4) & 7
  return 1 << (low === 0 ? 17 : 8 + low)
}

function limited({ bytes, end, flawedFrom }: Decompressed, maxBytes: number): Decompressed {
  if (bytes.length > maxBytes)
    return { bytes: bytes.subarray(0, maxBytes), end: 'over-limit', flawedFrom: undefined }
  return { bytes, end, flawedFrom: flawedFrom === bytes.length ? undefined : flawedFrom }
}

interface Prefix {
  readonly bytes: Uint8Array
  /** Number of input bytes up to the end of the stream. */
  readonly consumed: number
}

/** Decompresses the beginning of a stream; undefined if it has a flaw or exceeds the limit by far. */
function decompressPrefix(data: Uint8Array, maxBytes: number): Prefix | undefined {
  const prefix = decompressAll(data, {
    maxOutputLength: maxBytes + searchBytes,
    finishFlush: constants.BROTLI_OPERATION_FLUSH,
  })
  return typeof prefix === 'string' ? undefined : prefix
}

/** Why there is no output. */
type Refused = 'flawed' | 'too-large'

function decompressAll(
  data: Uint8Array,
  options: { readonly maxOutputLength: number; readonly finishFlush: number },
): Prefix | Refused {
  try {
    const result: unknown = brotliDecompressSync(data, {
      ...options,
      chunkSize: outputChunkBytes,
      info: true,
    })
    // With `info`, which the types do not declare, the result is this object instead of a buffer.
    const { buffer, engine } = result as { buffer: Uint8Array; engine: { bytesWritten: number } }
    return { bytes: toUint8Array(buffer), consumed: engine.bytesWritten }
  } catch (error) {
    if (!isRefusal(error)) throw error
    return isTooLarge(error) ? 'too-large' : 'flawed'
  }
}
