import type { ChannelRules } from '#protocol/chains/chain-spec.ts'
import { type CompressionRefusal, decompress } from './decompress.ts'
import type { Decompressed } from './decompressed.ts'
import { joined } from '#protocol/codec/joined.ts'

/** Why a channel has no more batches; `bad-entry` is anything but a string in RLP's shortest form. */
export type ChannelEnd = Decompressed['end'] | CompressionRefusal | 'bad-entry'

// Rule limit-opening: A channel is decompressed in growing steps, which bounds the work for few bytes of L1. Spec: Atoll's own
/** What is decompressed first: so many bytes for each that L1 has, far more than honest batches need, and no fewer than this. */
const openingRatio = 64
const openingBytes = 1 << 16

/** How many times as much at least is decompressed when that is not enough: from the start, as there is no way to go on. */
const growth = 8

/** A part of a channel from its start. */
interface Opening {
  readonly bytes: Uint8Array
  /** Undefined if there is more to decompress. */
  readonly end: ChannelEnd | undefined
  readonly flawedPiece: FlawedPiece | undefined
}

type ReaderRules = Pick<ChannelRules, 'allowsBrotli' | 'maxRlpBytesPerChannel'>

/**
 * Reads the batches of a channel one by one, not decoded yet: the first byte is the type.
 * Whatever is wrong with a channel, the batches before it come out. No more is decompressed than about `growth` times
 * what the batches that are asked for take: what a few bytes of L1 stand for may be as large as the limit.
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

  /** Why there is no more; undefined as long as `next` was not undefined. */
  get reason(): ChannelEnd | undefined {
    return this.#reason
  }

  /** The next batch, a view; undefined from the end of the channel on. */
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

  /** Nothing is decompressed for a batch that is past the limit anyway. */
  #nextOfMore(head: Head | 'missing'): Uint8Array | undefined {
    const wantedBytes = head === 'missing' ? 0 : head.end
    if (wantedBytes > this.#rules.maxRlpBytesPerChannel) return this.#stop('over-limit')
    this.#openedBytes = Math.max(growth * this.#openedBytes, wantedBytes)
    this.#opening = this.#open()
    // What was lost of the last piece depends on all reads before: they are done again.
    const at = this.#at
    this.#at = 0
    while (this.#at < at && this.next() !== undefined);
    return this.next()
  }

  #open(): Opening {
    // Rule rlp-limit: A channel is cut at the decompression limit, and counts up to there. Spec: derivation.md#channel-format,
    // derive/channel.go
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

/** Where the content of an entry is; `start` is where its head was if it has none. */
interface Head {
  readonly start: number
  readonly end: number
}

/** The head of an RLP string. */
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

/** There is at least the type, and a byte below 0x80 stands for itself. */
function isBatch(batch: Uint8Array, headBytes: number): boolean {
  if (batch.length === 1 && headBytes === 1) return (batch[0] ?? 0) >= 0x80
  return batch.length > 0
}

/** op-node reads through a buffer of this size, and past it if it wants as much or more. */
const bufferBytes = 4_096

// Rule flawed-piece: Batches before a flaw count as far as op-node's buffered reader returns them. Spec: derive/channel.go,
// Go's bufio, compress/flate
/**
 * Follows op-node through the last piece of a flawed channel. What it reads through its buffer it uses, and hears
 * of the flaw after it; but a batch that it reads past the buffer to the end of the piece, it gives up.
 */
class FlawedPiece {
  readonly #end: number
  #buffered: number

  constructor(start: number, end: number) {
    this.#end = end
    this.#buffered = start
  }

  /** Reads on from one place to another, and says whether what was read is lost. */
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
