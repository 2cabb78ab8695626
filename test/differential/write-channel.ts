import { brotliCompressSync, constants, deflateSync } from 'node:zlib'
import { encodeRlp } from '#protocol/codec/rlp.ts'
import type { Frame } from '#protocol/channel/frame.ts'
import { toChannelId } from '#protocol/codec/hex.ts'
import type { ChannelId } from '#protocol/primitives.ts'
import type { Random } from '#runtime/random.ts'
import { editBytes } from './edit-bytes.ts'

/** Compresses entries into a channel, in one of the ways that a batcher may choose. */
export function packChannel(
  entries: readonly Uint8Array[],
  { random, isBrotli }: { readonly random: Random; readonly isBrotli: boolean },
): Uint8Array {
  const bytes = Buffer.concat(entries.map((entry) => encodeRlp(entry)))
  if (!isBrotli) return deflateSync(bytes, { level: random.between(0, 9), windowBits: 15 })
  const quality = random.between(0, 5)
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_LGWIN]: random.pick([10, 16, 18, 22]),
  }
  return Buffer.concat([Uint8Array.of(1), brotliCompressSync(bytes, { params })])
}

/** Corrupts a channel as a broken batcher might. */
export function editPacked(data: Uint8Array, random: Random): Uint8Array {
  switch (random.between(0, 6)) {
    case 0:
      // zlib data end with a checksum. Most readers require this checksum, but derivation does not.
      return data.subarray(0, -4)
    case 1:
      return data.subarray(0, random.between(0, data.length))
    case 2:
      return Buffer.concat([data, random.bytes(random.between(1, 50))])
    case 3:
      return Buffer.concat([random.bytes(1), data.subarray(1)])
    case 4:
      return Buffer.concat([data, data])
    default:
      return editBytes(data, random)
  }
}

/** Cuts a channel into frames of about the same size. */
export function cutChannel(id: ChannelId, data: Uint8Array, count: number): readonly Frame[] {
  const room = Math.max(1, Math.ceil(data.length / count))
  const frames = Math.max(1, Math.ceil(data.length / room))
  return Array.from({ length: frames }, (_, number) => ({
    channelId: id,
    number,
    data: data.subarray(number * room, (number + 1) * room),
    isLast: number === frames - 1,
  }))
}

/** An id that no other channel has. */
export function newChannelId(random: Random): ChannelId {
  return toChannelId(random.bytes(16))
}
