import type { ChannelRules } from '#protocol/chains/chain-spec.ts'
import { type CompressionRefusal, decompress } from './decompress.ts'
import type { Decompressed } from './decompressed.ts'
import { joined } from './joined.ts'

/** Why a channel has no more batches; `bad-entry` is anything but a string in RLP's shortest form. */
export type ChannelEnd = Decompressed['end'] | CompressionRefusal | 'bad-entry'

/**
 * Reads the batches of a channel one by one, not decoded yet: the first byte is the type.
 * Whatever is wrong with a channel, the batches before it come out.
 *
 * Spec: protocol/derivation.md#channel-format
 */
export class ChannelReader {
  readonly #bytes: Uint8Array
  readonly #end: ChannelEnd
  readonly #flawedPiece: FlawedPiece | undefined
  #at = 0
  #reason: ChannelEnd | undefined

  constructor(
    chunks: readonly Uint8Array[],
    rules: Pick<ChannelRules, 'allowsBrotli' | 'maxRlpBytesPerChannel'>,
  ) {
    const decompressed = decompress(joined(chunks), rules)
    if (typeof decompressed === 'string') {
      this.#bytes = new Uint8Array(0)
      this.#end = decompressed
      return
    }
    const { bytes, end, flawedFrom } = decompressed
    this.#bytes = bytes
    this.#end = end
    if (flawedFrom !== undefined) this.#flawedPiece = new FlawedPiece(flawedFrom, bytes.length)
  }

  /** Why there is no more; undefined as long as `next` was not undefined. */
  get reason(): ChannelEnd | undefined {
    return this.#reason
  }

  /** The next batch, a view; undefined from the end of the channel on. */
  next(): Uint8Array | undefined {
    if (this.#reason !== undefined) return undefined
    const head = readHead(this.#bytes, this.#at)
    if (head === 'malformed') return this.#stop('bad-entry')
    if (head === 'missing' || head.end > this.#bytes.length) {
      const isBetween = this.#at === this.#bytes.length
      return this.#stop(this.#end === 'complete' && !isBetween ? 'bad-entry' : this.#end)
    }
    const batch = this.#bytes.subarray(head.start, head.end)
    const isLost =
      this.#flawedPiece?.isLost(this.#at, head.start) ||
      this.#flawedPiece?.isLost(head.start, head.end)
    if (isLost) return this.#stop(this.#end)
    if (!isBatch(batch, head.start - this.#at)) return this.#stop('bad-entry')
    this.#at = head.end
    return batch
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
