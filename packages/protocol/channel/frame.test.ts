import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toChannelId } from '#protocol/codec/hex.ts'
import { encodeFrames } from '#devnet/batcher/encode/frames.ts'
import { decodeFrames, type Frame, maxFrameDataBytes } from './frame.ts'

const numRuns = Number(process.env['ATOLL_FUZZ_RUNS'] ?? 300)

const frame: fc.Arbitrary<Frame> = fc.record(
  {
    channelId: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(toChannelId),
    number: fc.nat(65_535),
    data: fc.uint8Array({ maxLength: 40 }),
    isLast: fc.boolean(),
  },
  { noNullPrototype: true },
)

test('encoded frames decode to themselves', () => {
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 5 }), (frames) => {
      assert.deepEqual(decodeFrames(encodeFrames(frames)), frames)
    }),
    { numRuns },
  )
})

// Rules: frame-format
test('arbitrary bytes decode to frames with the same encoding, or raise a DecodeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      onlyDecodeErrors(Uint8Array.of(0, ...bytes))
    }),
    { numRuns },
  )
})

test('corrupted frames decode or raise a DecodeError', () => {
  const changes = fc.tuple(fc.array(frame, { minLength: 1, maxLength: 3 }), fc.nat(), fc.nat(255))
  fc.assert(
    fc.property(changes, ([frames, place, byte]) => {
      const bytes = encodeFrames(frames)
      const at = place % bytes.length
      onlyDecodeErrors(bytes.with(at, byte))
      onlyDecodeErrors(bytes.subarray(0, at))
      onlyDecodeErrors(Uint8Array.of(...bytes, byte))
    }),
    { numRuns },
  )
})

// Rules: limit-frame
test('a frame may have a million bytes of data, and not one more', () => {
  const [empty] = decodeFrames(encodeFrames([frameOf(0)]))
  assert.equal(empty?.data.length, 0)
  const [full] = decodeFrames(encodeFrames([frameOf(maxFrameDataBytes)]))
  assert.equal(full?.data.length, 1_000_000)
  assert.throws(() => decodeFrames(encodeFrames([frameOf(maxFrameDataBytes + 1)])), {
    name: 'DecodeError',
    message: /1000001 bytes/,
  })
})

test('the data of a frame is a view', () => {
  const bytes = encodeFrames([frameOf(4)])
  assert.equal(decodeFrames(bytes)[0]?.data.buffer, bytes.buffer)
})

function frameOf(dataBytes: number): Frame {
  const channelId = toChannelId(new Uint8Array(16))
  return { channelId, number: 0, data: new Uint8Array(dataBytes), isLast: true }
}

function onlyDecodeErrors(bytes: Uint8Array): void {
  try {
    assert.deepEqual(encodeFrames(decodeFrames(bytes)), bytes)
  } catch (error) {
    assert.equal((error as Error).name, 'DecodeError')
  }
}
