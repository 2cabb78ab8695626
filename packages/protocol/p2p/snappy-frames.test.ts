import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { joined } from '#protocol/codec/joined.ts'
import { crc32c } from './crc32c.ts'
import { compressFrames, decompressFrames } from './snappy-frames.ts'

const limit = 10 * 2 ** 20
const framed = (data: Uint8Array) => joined([...compressFrames(data)])
const text = new TextEncoder()

/** `hello` as frames, not compressed. */
const hello = fromHex('0xff060000734e6150705901090000bb1f1c1968656c6c6f')

test('the checksum has the value of the RFC', () => {
  assert.equal(crc32c(new Uint8Array(32)), 0x8a_91_36_aa)
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62_a8_ab_43)
  assert.equal(crc32c(text.encode('123456789')), 0xe3_06_92_83)
})

test('small data is stored uncompressed, and larger data is compressed in chunks of 64 KiB', () => {
  assert.deepEqual(framed(text.encode('hello')), hello)
  assert.deepEqual(decompressFrames(hello, limit), text.encode('hello'))
  for (const length of [0, 1, 65_535, 65_536, 65_537, 1_000_000]) {
    const data = Uint8Array.from({ length }, (_, at) => (at >> 8) * (at >> 10))
    assert.deepEqual(decompressFrames(framed(data), length), data)
    if (length > 65_536) assert.ok(framed(data).length < length / 2)
  }
})

test('padding is skipped, but chunks that are unknown, truncated or have a wrong checksum are refused', () => {
  const [head, body] = [hello.subarray(0, 10), hello.subarray(10)]
  const padding = Uint8Array.of(0xfe, 2, 0, 0, 7, 7)
  assert.deepEqual(decompressFrames(joined([head, padding, body]), limit), text.encode('hello'))
  const wrong: Readonly<Record<string, Uint8Array>> = {
    headless: body,
    empty: new Uint8Array(),
    reserved: joined([head, Uint8Array.of(2, 0, 0, 0)]),
    cut: hello.subarray(0, -1),
    'cut head': joined([head, Uint8Array.of(1, 9)]),
    'no checksum': joined([head, Uint8Array.of(1, 3, 0, 0, 1, 2, 3)]),
    'second head': joined([hello, Uint8Array.of(0xff, 1, 0, 0, 0)]),
    checksum: Uint8Array.from(hello, (byte, at) => (at === 14 ? byte ^ 1 : byte)),
  }
  for (const [name, bytes] of Object.entries(wrong))
    assert.throws(() => decompressFrames(bytes, limit), DecodeError, name)
})

test('a stream that decompresses to more than the limit is refused at the chunk that exceeds it', () => {
  const frames = framed(new Uint8Array(limit + 1))
  assert.ok(frames.length < limit / 10)
  assert.throws(() => decompressFrames(frames, limit), /more than 10485760 bytes/)
})

test('more than 1000 chunks without data are refused', () => {
  const head = hello.subarray(0, 10)
  const padding = (count: number) =>
    joined([head, ...Array.from({ length: count }, () => Uint8Array.of(0xfe, 0, 0, 0))])
  assert.equal(decompressFrames(padding(1_000), limit).length, 0)
  assert.throws(() => decompressFrames(padding(1_001), limit), /more than 1000 snappy chunks/)
})

test('arbitrary frames decompress, or are refused with a DecodeError', () => {
  const runs = Math.min(Number(process.env['ATOLL_FUZZ_INPUTS'] ?? 2_000), 100_000)
  const property = fc.property(
    fc.uint8Array({ maxLength: 64 }),
    fc.boolean(),
    (bytes, isFramed) => {
      const input = isFramed ? joined([hello.subarray(0, 10), bytes]) : bytes
      try {
        assert.ok(decompressFrames(input, 65_536).length <= 65_536)
      } catch (error) {
        assert.ok(error instanceof DecodeError)
      }
    },
  )
  fc.assert(property, { numRuns: runs })
})
