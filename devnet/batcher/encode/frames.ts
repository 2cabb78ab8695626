import { type Frame, frameHeadBytes } from '#protocol/channel/frame.ts'
import { fromHex } from '#protocol/codec/hex.ts'

/** Encodes frames as the data of one batcher transaction or blob. */
export function encodeFrames(frames: readonly Frame[]): Uint8Array {
  let size = 1
  for (const { data } of frames) size += frameHeadBytes + data.length
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  // The first byte is the version, 0.
  let at = 1
  for (const { channelId, number, data, isLast } of frames) {
    bytes.set(fromHex(channelId), at)
    view.setUint16(at + 16, number)
    view.setUint32(at + 18, data.length)
    bytes.set(data, at + 22)
    at += frameHeadBytes + data.length
    bytes[at - 1] = isLast ? 1 : 0
  }
  return bytes
}
