import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import { encodeFrames } from '#devnet/batcher/encode/frames.ts'
import { decodeFrames } from './frame.ts'

interface FrameVectors {
  readonly valid: readonly {
    readonly data: string
    readonly frames: readonly {
      readonly id: string
      readonly number: number
      readonly data: string
      readonly isLast: boolean
    }[]
  }[]
  readonly invalid: readonly { readonly note: string; readonly data: string }[]
}

const { valid, invalid } = readVectors('frames.json') as FrameVectors

for (const { data, frames } of valid) {
  // Rules: frame-format
  test(`frames: ${frames.length} of ${data.slice(0, 20)}…`, () => {
    const decoded = decodeFrames(fromHex(data))
    const written = decoded.map(({ channelId, number, data: bytes, isLast }) => ({
      id: channelId,
      number,
      data: toHex(bytes),
      isLast,
    }))
    assert.deepEqual(written, frames)
    assert.equal(toHex(encodeFrames(decoded)), data)
  })
}

for (const { note, data } of invalid) {
  // Rules: frame-format
  test(`malformed frames are refused: ${note}`, () => {
    assert.throws(() => decodeFrames(fromHex(data)), { name: 'DecodeError' })
  })
}
