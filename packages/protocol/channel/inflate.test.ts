import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, deflateRawSync, deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { inflate } from './inflate.ts'

const numRuns = Number(process.env['ATOLL_FUZZ_RUNS'] ?? 60)
const maxBytes = 1_000_000

/** Bytes that compress well, and bytes that do not. */
const content = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 30 }), fc.nat(3_000)), { maxLength: 12 })
  .map((parts) => Buffer.concat(parts.flatMap(([bytes, count]) => [bytes, repeated(bytes, count)])))

const options = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.integer({ min: constants.Z_DEFAULT_STRATEGY, max: constants.Z_FIXED }),
  memLevel: fc.integer({ min: 1, max: 9 }),
})

// Rules: open-stream
test('deflated data is inflated, for every kind of block', () => {
  fc.assert(
    fc.property(content, options, (bytes, settings) => {
      const { bytes: inflated, end } = inflate(deflateSync(bytes, settings), maxBytes)
      assert.deepEqual(inflated, new Uint8Array(bytes))
      assert.equal(end, 'complete')
    }),
    { numRuns },
  )
})

// Rules: open-stream
test('if a stream is truncated, the beginning of its content is returned', () => {
  fc.assert(
    fc.property(content, options, fc.nat(), (bytes, settings, place) => {
      const data = deflateSync(bytes, settings)
      const { bytes: inflated, end } = inflate(data.subarray(0, place % data.length), maxBytes)
      assert.deepEqual(inflated, new Uint8Array(bytes.subarray(0, inflated.length)))
      assert.ok(end === 'truncated' || place % data.length < 2)
    }),
    { numRuns },
  )
})

// Rules: rlp-limit
test('the output of arbitrary bytes does not exceed the limit', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(5_000), (bytes, limit) => {
      const { bytes: inflated } = inflate(Uint8Array.of(0x78, 0x9c, ...bytes), limit)
      assert.ok(inflated.length <= limit)
    }),
    { numRuns: 10 * numRuns },
  )
})

// Rules: open-stream
test('blocks of every kind can follow one another', () => {
  const piece = (settings: object) =>
    deflateRawSync(words(20_000), { ...settings, finishFlush: constants.Z_SYNC_FLUSH })
  const { bytes, end } = inflate(
    Buffer.concat([
      Uint8Array.of(0x78, 0x9c),
      piece({ level: 9 }),
      piece({ level: 0 }),
      piece({ strategy: constants.Z_FIXED }),
      piece({ strategy: constants.Z_HUFFMAN_ONLY }),
    ]),
    maxBytes,
  )
  assert.deepEqual(
    bytes,
    new Uint8Array(Buffer.concat(Array.from({ length: 4 }, () => words(20_000)))),
  )
  assert.equal(end, 'truncated')
})

function repeated(bytes: Uint8Array, count: number): Uint8Array {
  return Uint8Array.from(
    { length: bytes.length === 0 ? 0 : count },
    (_, at) => bytes[at % bytes.length] ?? 0,
  )
}

function words(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * at) >> 5)
}
