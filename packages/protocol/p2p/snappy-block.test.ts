import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { maxGossipBytes, openGossipData } from './gossip-data.ts'
import { compress, declaredLength, decompress } from './snappy-block.ts'

const numRuns = Number(process.env['ATOLL_FUZZ_RUNS'] ?? 5_000)

test('data that was compressed decompresses to itself', () => {
  const data = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(fc.constantFrom(0, 1), { maxLength: 300 }).map((bits) => Uint8Array.from(bits)),
  )
  fc.assert(
    fc.property(data, (bytes) => {
      const compressed = compress(bytes)
      assert.equal(declaredLength(compressed), bytes.length)
      assert.deepEqual(decompress(compressed, bytes.length), bytes)
    }),
    { numRuns: Math.min(numRuns, 20_000) },
  )
})

test('arbitrary bytes decompress to data that compresses again, or raise a DecodeError', () => {
  const tagged = fc.tuple(fc.nat(80), fc.uint8Array({ maxLength: 60 }))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), tagged, (bytes, [length, rest]) => {
      onlyDecodeErrors(bytes)
      // The declared length is small, so that the rest is read.
      onlyDecodeErrors(Uint8Array.of(length, ...rest))
    }),
    { numRuns },
  )
})

function onlyDecodeErrors(bytes: Uint8Array): void {
  try {
    const data = decompress(bytes, 1_000)
    assert.deepEqual(decompress(compress(data), 1_000), data)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
  }
}

for (const [name, hex] of [
  ['nothing', '0x'],
  ['a truncated length', '0x80'],
  ['a length of more than 64 bits', '0xffffffffffffffffff02'],
  ['a literal that is truncated', '0x0510616263'],
  ['a literal longer than the length', '0x0208616263'],
  ['less data than the length', '0x0408616263'],
  ['a copy from before the start', '0x0501ff'],
  ['a copy of offset 0', '0x05006101000100'],
] as const) {
  test(`${name} is not decompressed`, () => {
    assert.throws(() => decompress(fromHex(hex), 1_000), DecodeError)
    assert.equal(openGossipData(fromHex(hex)).kind, 'raw')
  })
}

test('empty data is valid', () => {
  assert.deepEqual(decompress(Uint8Array.of(0), 0), new Uint8Array(0))
})

test('data of 10 MiB is decompressed, and data of one byte more is not', () => {
  const full = openGossipData(compress(new Uint8Array(maxGossipBytes)))
  assert.equal(full.kind, 'decompressed')
  assert.equal(full.bytes.length, 10_485_760)
  const over = compress(new Uint8Array(maxGossipBytes + 1))
  const data = openGossipData(over)
  assert.deepEqual(data, { kind: 'raw', bytes: over, problem: 'too-large' })
  assert.throws(() => decompress(over, maxGossipBytes), {
    name: 'DecodeError',
    message: /10485761/,
  })
})

test('no memory is allocated for a length over the limit', () => {
  for (const length of ['0x80808006', '0xffffffff0f', '0xffffffffffffffffff01']) {
    const before = process.memoryUsage()
    for (let round = 0; round < 200; round++)
      assert.equal(openGossipData(fromHex(`${length}00`)).kind, 'raw')
    const { arrayBuffers, external } = process.memoryUsage()
    assert.ok(arrayBuffers + external - before.arrayBuffers - before.external < 2 ** 22)
  }
})
