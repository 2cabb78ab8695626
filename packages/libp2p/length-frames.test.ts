import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { encodeLengthFrame, LengthFrameReader, maxFrameBytes } from './length-frames.ts'

/** The messages that a new reader finds in chunks. */
function messagesOf(...chunks: readonly Uint8Array[]): Buffer[] {
  const reader = new LengthFrameReader()
  return chunks.flatMap((chunk) => [...reader.read(chunk)].map((message) => Buffer.from(message)))
}

/** Splits bytes into chunks of a size. */
const chunksOf = (bytes: Uint8Array, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  )

const message = fc.uint8Array({ maxLength: 40 })

test('messages arrive whole, in their order, wherever the chunks end, also empty ones', () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 8 }),
      fc.integer({ min: 1, max: 50 }),
      (all, size) => {
        const bytes = Buffer.concat(all.map(encodeLengthFrame))
        assert.deepEqual(
          messagesOf(...chunksOf(bytes, size)),
          all.map((each) => Buffer.from(each)),
        )
      },
    ),
  )
})

test('the length has four bytes and is big-endian', () => {
  assert.deepEqual([...encodeLengthFrame(new Uint8Array(258)).subarray(0, 5)], [0, 0, 1, 2, 0])
})

test('a message without its last byte is not returned', () => {
  const bytes = Buffer.concat([
    encodeLengthFrame(Buffer.from('one')),
    encodeLengthFrame(Buffer.from('two')),
  ])
  assert.deepEqual(messagesOf(bytes.subarray(0, -1)).map(String), ['one'])
})

test('a message of 16 MiB passes, and a longer one is refused when its length arrives', () => {
  const longest = encodeLengthFrame(new Uint8Array(maxFrameBytes))
  assert.deepEqual(
    messagesOf(...chunksOf(longest, 1_000_000)).map(({ length }) => length),
    [maxFrameBytes],
  )
  const head = Uint8Array.of(1, 0, 0, 1)
  assert.throws(() => messagesOf(head), { name: 'DecodeError', message: /longer than/ })
  const tooLong = new Uint8Array(maxFrameBytes + 1)
  assert.throws(() => encodeLengthFrame(tooLong), { name: 'RangeError', message: /longer than/ })
})

test('arbitrary bytes are read or raise DecodeError, nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (chunks) => {
      try {
        messagesOf(...chunks)
      } catch (error) {
        assert.ok(error instanceof DecodeError)
      }
    }),
  )
})
