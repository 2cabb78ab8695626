import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { builderFrame } from '#test/fakes/arbitrary-flashblocks.ts'
import { builderFrameCodec } from './builder-frame.ts'

test('decoding a frame returns what was encoded', () => {
  fc.assert(
    fc.property(builderFrame, (frame) => {
      assert.deepEqual(builderFrameCodec.decode(builderFrameCodec.encode(frame)), frame)
    }),
    { seed: 1 },
  )
})

test('arbitrary bytes, and changed frames, decode to a frame or throw DecodeError', () => {
  const changed = fc
    .tuple(builderFrame, fc.nat(), fc.integer({ min: 0, max: 255 }))
    .map(([frame, at, byte]) => {
      const bytes = builderFrameCodec.encode(frame)
      bytes[at % Math.max(bytes.length, 1)] = byte
      return bytes
    })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), changed), (bytes) => {
      try {
        assert.ok(builderFrameCodec.decode(bytes).kind.length > 0)
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
      }
    }),
    { seed: 2, numRuns: 3_000 },
  )
})
