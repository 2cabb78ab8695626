import type { ChannelRules } from '#protocol/chains/chain-spec.ts'
import { type CompressionRefusal, decompress } from './decompress.ts'
import type { Decompressed } from './decompressed.ts'
import { joined } from '#protocol/codec/joined.ts'

/** Why a channel has no more batches. `bad-entry`: the next entry is empty, or not a string in RLP's shortest form. */
export type ChannelEnd = Decompressed['end'] | CompressionRefusal | 'bad-entry'

// Rule limit-opening: A channel is decompressed in growing steps, which bounds the work for few bytes of L1. Spec: Atoll's own
/**
 * The limit on the first decompression is this factor times the compressed size, but at least `openingBytes`. Honest
 * batches need far less.
 */
const openingRatio = 64
const openingBytes = 1 << 16

/** Factor by which the limit grows for the next decompression. A decompression starts over: it cannot be continued. */
const growth = 8

/** The decompressed beginning of a channel. */
interface Opening {
  readonly bytes: Uint8Array
  /** Undefined if more can be decompressed. */
  readonly end: ChannelEnd | undefined
  readonly flawedPiece: FlawedPiece | undefined
}

type ReaderRules = Pick<ChannelRules, 'allowsBrotli' | 'maxRlpBytesPerChannel'>

/**
 * Reads the encoded batches of a channel one by one; the first byte of each is its type.
 * Batches before a flaw are returned. A few bytes of L1 may decompress to the limit, so the reader decompresses step by
 * step. The limit of each step is `growth` times the limit of the step before. If the next batch ends later, the step
 * ends with that batch.
 *
 * Spec: protocol/derivation.md#channel-format
 */
export class ChannelReader {
  readonly #data: Uint8Array
  readonly #rules: ReaderRules
  #openedBytes: number
  #opening: Opening
  #at = 0
  #reason: ChannelEnd | undefined

  constructor(chunks: readonly Uint8Array[], rules: ReaderRules) {
    this.#data = joined(chunks)
    this.#rules = rules
    this.#openedBytes = Math.max(openingBytes, openingRatio * this.#data.length)
    this.#opening = this.#open()
  }

  /** Why the channel has no more batches; undefined until `next` returns undefined. */
  get reason(): ChannelEnd | undefined {
    return this.#reason
  }

  /** The next batch, as a view; undefined at the end of the channel. */
  next(): Uint8Array | undefined {
    if (this.#reason !== undefined) return undefined
    const { bytes, end, flawedPiece } = this.#opening
    const head = readHead(bytes, this.#at)
    // Rule batch-entries: Batches are non-empty RLP strings in the shortest form; anything else ends the channel.
    // Spec: derivation.md#channel-format, derive/channel_in_reader.go
    if (head === 'malformed') return this.#stop('bad-entry')
    if (head === 'missing' || head.end > bytes.length) {
      if (end === undefined) return this.#nextOfMore(head)
      const isBetween = this.#at === bytes.length
      return this.#stop(end === 'complete' && !isBetween ? 'bad-entry' : end)
    }
    const batch = bytes.subarray(head.start, head.end)
    const isLost =
      flawedPiece?.isLost(this.#at, head.start) || flawedPiece?.isLost(head.start, head.end)
    if (isLost) return this.#stop(end ?? 'bad-entry')
    if (!isBatch(batch, head.start - this.#at)) return this.#stop('bad-entry')
    this.#at = head.end
    return batch
  }

  /** Decompresses more of the channel and returns the next batch; stops if the batch ends beyond the limit. */
  #nextOfMore(head: Head | 'missing'): Uint8Array | undefined {
    const wantedBytes = head === 'missing' ? 0 : head.end
    if (wantedBytes > this.#rules.maxRlpBytesPerChannel) return this.#stop('over-limit')
    this.#openedBytes = Math.max(growth * this.#openedBytes, wantedBytes)
    this.#opening = this.#open()
    // All earlier reads of op-node decide which bytes of the last piece it loses, so the reads are simulated again.
    const at = this.#at
    this.#at = 0
    while (this.#at < at && this.next() !== undefined);
    return this.next()
  }

  #open(): Opening {
    // Rule rlp-limit: A channel is cut at the decompression limit, and its batches up to the limit count.
    // Spec: derivation.md#channel-format, derive/channel.go
    const limit = this.#rules.maxRlpBytesPerChannel
    const maxRlpBytesPerChannel = Math.min(this.#openedBytes, limit)
    const opened = decompress(this.#data, { ...this.#rules, maxRlpBytesPerChannel })
    if (typeof opened === 'string')
      return { bytes: new Uint8Array(0), end: opened, flawedPiece: undefined }
    const { bytes, end, flawedFrom } = opened
    const isAll = end !== 'over-limit' || maxRlpBytesPerChannel === limit
    return {
      bytes,
      end: isAll ? end : undefined,
      flawedPiece: flawedFrom === undefined ? undefined : new FlawedPiece(flawedFrom, bytes.length),
    }
  }

  #stop(reason: ChannelEnd): undefined {
    this.#reason = reason
  }
}

/** Offsets of the content of an entry. A byte below 0x80 has no head, so it is its own content. */
interface Head {
  readonly start: number
  readonly end: number
}

/** Reads the head of an RLP string. */
function readHead(bytes: Uint8Array, at: number): Head | 'missing' | 'malformed' {
  const first = bytes[at]
  if (first === undefined) return 'missing'
  if (first < 0x80) return { start: at, end: at + 1 }
  if (first >= 0xc0) return 'malformed'
  if (first <= 0xb7) return { start: at + 1, end: at + 1 + first - 0x80 }
  const start = at + 1 + first - 0xb7
  if (start > bytes.length) return 'missing'
  if (bytes[at + 1] === 0) return 'malformed'
  let length = 0
  for (const byte of bytes.subarray(at + 1, start)) length = length * 256 + byte
  return length < 56 ? 'malformed' : { start, end: start + length }
}

/** Whether an entry is a batch in the shortest form: not empty, and without a head if it is one byte below 0x80. */
function isBatch(batch: Uint8Array, headBytes: number): boolean {
  if (batch.length === 1 && headBytes === 1) return (batch[0] ?? 0) >= 0x80
  return batch.length > 0
}

/** Size of op-node's read buffer; a read of this size or more bypasses it. */
const bufferBytes = 4_096

// Rule flawed-piece: Batches before a flaw count as far as op-node's buffered reader returns them. Spec: derive/channel.go,
// Go's bufio, compress/flate
/**
 * Simulates op-node's reads of the last piece of a flawed channel. op-node uses the bytes that it reads through its
 * buffer, and gets the error afterwards. op-node drops a batch whose read bypasses the buffer and reaches the end of
 * the piece.
 */
class FlawedPiece {
  readonly #end: number
  #buffered: number

  constructor(start: number, end: number) {
    this.#end = end
    this.#buffered = start
  }

  /** Simulates a read from one offset to another; returns whether op-node loses the bytes. */
  isLost(from: number, to: number): boolean {
    while (this.#buffered < to) {
      const wanted = to - Math.max(from, this.#buffered)
      const isPastBuffer = wanted >= bufferBytes
      this.#buffered = isPastBuffer ? to : Math.min(this.#buffered + bufferBytes, this.#end)
      if (isPastBuffer && to === this.#end) return true
    }
    return false
  }
}
