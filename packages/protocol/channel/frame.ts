import { DecodeError } from '#protocol/codec/decode-error.ts'
import { toChannelId } from '#protocol/codec/hex.ts'
import type { ChannelId } from '#protocol/primitives.ts'

/** A piece of a channel. Spec: protocol/derivation.md#frame-format */
export interface Frame {
  readonly channelId: ChannelId
  /** Position in the channel, from 0; 16 bits. */
  readonly number: number
  /** A view into the input, for a decoded frame. */
  readonly data: Uint8Array
  readonly isLast: boolean
}

// Rule limit-frame: A frame has 1,000,000 bytes of data at most. Spec: derivation.md#frame-format, derive/frame.go
/** Limit on the data of a frame, in bytes. Spec: protocol/derivation.md#frame-format */
export const maxFrameDataBytes = 1_000_000

/** Bytes of a frame other than its data: channel id 16, number 2, length 4, `is_last` 1. */
export const frameHeadBytes = 23

/** The version byte of batcher data with frames. */
const frameVersion = 0

// Rule frame-format: Version 0, then at least one frame; a malformed frame voids its whole transaction or blob.
// Spec: derivation.md#frame-format, derive/frame.go
/**
 * Decodes the frames of one batcher transaction or blob.
 *
 * @param data a version byte, then one or more frames back to back
 * @returns the frames in order; each `data` is a view into the input
 * @throws DecodeError if any byte is malformed. The caller then ignores all frames of the transaction or blob.
 * Spec: protocol/derivation.md#batcher-transaction-format
 */
export function decodeFrames(data: Uint8Array): Frame[] {
  if (data[0] !== frameVersion) throw new DecodeError(`frames of version ${data[0]}`)
  if (data.length === 1) throw new DecodeError('no frame after the version')
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const frames: Frame[] = []
  for (let at = 1; at < data.length;) {
    const frame = readFrame(view, data, at)
    frames.push(frame)
    at += frameHeadBytes + frame.data.length
  }
  return frames
}

function readFrame(view: DataView, data: Uint8Array, start: number): Frame {
  if (start + frameHeadBytes > data.length) throw new DecodeError('a frame is truncated')
  const length = view.getUint32(start + 18)
  if (length > maxFrameDataBytes) throw new DecodeError(`a frame with ${length} bytes of data`)
  const dataStart = start + 22
  const last = data[dataStart + length]
  if (last === undefined) throw new DecodeError('the data of a frame is truncated')
  if (last > 1) throw new DecodeError(`the last flag of a frame is ${last}, want 0 or 1`)
  return {
    channelId: toChannelId(data.subarray(start, start + 16)),
    number: view.getUint16(start + 16),
    data: data.subarray(dataStart, dataStart + length),
    isLast: last === 1,
  }
}
