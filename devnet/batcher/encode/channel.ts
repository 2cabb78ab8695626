import { brotliCompressSync, constants, deflateSync } from 'node:zlib'
import { encodeRlp } from '#protocol/codec/rlp.ts'
import type { ChannelId } from '#protocol/primitives.ts'
import { brotliVersion } from '#protocol/channel/decompress.ts'
import { type Frame, frameHeadBytes, maxFrameDataBytes } from '#protocol/channel/frame.ts'
import { joined } from '#protocol/codec/joined.ts'
import { toUint8Array } from '#protocol/channel/node-zlib.ts'

/** Compression of a channel. Brotli is valid from Fjord on. */
export type Compression = 'zlib' | 'brotli'

/**
 * Encodes and compresses batches as the data of a channel.
 *
 * @param batches encoded batches, each with its type byte
 * Spec: protocol/derivation.md#channel-format
 */
export function encodeChannel(
  batches: readonly Uint8Array[],
  compression: Compression,
): Uint8Array {
  const entries = joined(batches.map((batch) => encodeRlp(batch)))
  if (compression === 'zlib') return toUint8Array(deflateSync(entries, { level: 9 }))
  const compressed = brotliCompressSync(entries, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 10,
      [constants.BROTLI_PARAM_SIZE_HINT]: entries.length,
    },
  })
  const data = new Uint8Array(1 + compressed.length)
  data[0] = brotliVersion
  data.set(compressed, 1)
  return data
}

/**
 * Cuts the data of a channel into frames.
 *
 * @param maxFrameBytes size of a frame including its overhead
 * @throws RangeError if there is no room for data, or if more than 65,536 frames would be needed
 */
export function splitChannel(
  channelId: ChannelId,
  data: Uint8Array,
  maxFrameBytes: number,
): Frame[] {
  const room = Math.min(maxFrameBytes - frameHeadBytes, maxFrameDataBytes)
  if (room < 1) throw new RangeError(`frames of ${maxFrameBytes} bytes have no room for data`)
  const count = Math.max(1, Math.ceil(data.length / room))
  if (count > maxFrames) throw new RangeError(`${count} frames are too many for a channel`)
  return Array.from({ length: count }, (_, number) => ({
    channelId,
    number,
    data: data.subarray(number * room, (number + 1) * room),
    isLast: number === count - 1,
  }))
}

/** Frame numbers have 16 bits. */
const maxFrames = 65_536
