import { DecodeError } from '#protocol/codec/decode-error.ts'
import { joined } from '#protocol/codec/joined.ts'
import { areSameBytes } from '#protocol/codec/same-bytes.ts'
import { crc32c } from './crc32c.ts'
import { compress, decompress } from './snappy-block.ts'

/** The first chunk of a stream: type 0xff, length 6, and the name of the format. */
const streamHead = Uint8Array.of(0xff, 6, 0, 0, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59)

/**
 * Limit on chunks without data in one stream. A normal stream has only one such chunk, its head. Further chunks without
 * data only cost time.
 */
const maxEmptyChunks = 1_000

/** Limit on the data of one chunk. */
const maxChunkBytes = 65_536

const headBytes = 4
const checksumBytes = 4

/** Types of chunks. Unknown types may be skipped only from `skippable` on. */
const chunkTypes = { compressed: 0, plain: 1, skippable: 0x80, streamHead: 0xff } as const

/**
 * Compresses to the framed format of snappy, in chunks of 64 KiB with checksums.
 * Spec: google/snappy framing_format.txt
 */
export function* compressFrames(data: Uint8Array): Generator<Uint8Array> {
  yield streamHead
  for (let at = 0; at < data.length; at += maxChunkBytes) {
    const plain = data.subarray(at, at + maxChunkBytes)
    const compressed = compress(plain)
    const isSmaller = compressed.length < plain.length
    const body = isSmaller ? compressed : plain
    const type = isSmaller ? chunkTypes.compressed : chunkTypes.plain
    const length = checksumBytes + body.length
    const head = new Uint8Array(headBytes + checksumBytes)
    const view = new DataView(head.buffer)
    view.setUint32(0, type + length * 256, true)
    view.setUint32(headBytes, maskedChecksum(plain), true)
    yield joined([head, body])
  }
}

/**
 * Decompresses the framed format of snappy.
 *
 * @throws DecodeError if the data is longer than `maxBytes`, or the bytes are malformed
 * Spec: google/snappy framing_format.txt
 */
export function decompressFrames(frames: Uint8Array, maxBytes: number): Uint8Array {
  if (!areSameBytes(frames.subarray(0, streamHead.length), streamHead))
    throw new DecodeError('not in the framed format of snappy')
  const view = new DataView(frames.buffer, frames.byteOffset, frames.length)
  const chunks: Uint8Array[] = []
  let bytes = 0
  let empty = 0
  for (let at = streamHead.length; at < frames.length;) {
    if (at + headBytes > frames.length) throw new DecodeError('a truncated snappy chunk')
    const word = view.getUint32(at, true)
    const [type, length] = [word & 0xff, word >>> 8]
    const body = frames.subarray(at + headBytes, at + headBytes + length)
    if (body.length < length) throw new DecodeError('a truncated snappy chunk')
    at += headBytes + length
    const data = dataOf(type, body)
    if (data.length === 0 && ++empty > maxEmptyChunks)
      throw new DecodeError(`more than ${maxEmptyChunks} snappy chunks without data`)
    bytes += data.length
    if (bytes > maxBytes) throw new DecodeError(`more than ${maxBytes} bytes decompressed`)
    chunks.push(data)
  }
  return joined(chunks)
}

function dataOf(type: number, body: Uint8Array): Uint8Array {
  if (type >= chunkTypes.skippable) {
    if (type === chunkTypes.streamHead && !areSameBytes(body, streamHead.subarray(headBytes)))
      throw new DecodeError('not in the framed format of snappy')
    return body.subarray(0, 0)
  }
  if (type > chunkTypes.plain) throw new DecodeError(`a snappy chunk of type ${type}`)
  if (body.length < checksumBytes) throw new DecodeError('a snappy chunk without a checksum')
  const content = body.subarray(checksumBytes)
  const data = type === chunkTypes.plain ? content : decompress(content, maxChunkBytes)
  if (data.length > maxChunkBytes) throw new DecodeError('a snappy chunk of more than 64 KiB')
  const checksum = new DataView(body.buffer, body.byteOffset).getUint32(0, true)
  if (checksum !== maskedChecksum(data))
    throw new DecodeError('a snappy chunk with a wrong checksum')
  return data
}

/**
 * The checksum in the form that frames have: rotated and with a constant added, since plain checksums are weak for data
 * that contains checksums.
 */
function maskedChecksum(data: Uint8Array): number {
  const checksum = crc32c(data)
  return (((checksum >>> 15) | (checksum << 17)) + 0xa2_82_ea_d8) >>> 0
}
