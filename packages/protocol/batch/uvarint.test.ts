import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromHex } from '#protocol/codec/hex.ts'
import { encodeUvarint } from '#devnet/batcher/encode/columns.ts'
import { endOfUvarint, uvarint } from './uvarint.ts'

const runs = { numRuns: Number(process.env['ATOLL_FUZZ_RUNS'] ?? 1_000) }

// Rules: uvarints
test('a 64-bit number decodes to itself', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
      const bytes = encodeUvarint(value)
      assert.equal(endOfUvarint(bytes, 0), bytes.length)
      assert.equal(uvarint(bytes, 0, bytes.length), value)
    }),
    runs,
  )
})

// Rules: limit-uvarint
test('numbers at the edge of each length decode to themselves', () => {
  for (let bits = 7n; bits <= 63n; bits += 7n)
    for (const value of [2n ** bits - 1n, 2n ** bits]) {
      const bytes = encodeUvarint(value)
      assert.equal(uvarint(bytes, 0, bytes.length), value)
    }
})

// Rules: uvarints
test('a number may be encoded longer than needed', () => {
  const bytes = fromHex('0x85808080808080808000')
  assert.equal(uvarint(bytes, 0, endOfUvarint(bytes, 0)), 5n)
})

for (const [name, hex, message] of [
  ['an empty input', '0x', /truncated/],
  ['a number without its end', '0x8080', /truncated/],
  ['65 bits', '0xffffffffffffffffff02', /64 bits/],
  ['eleven bytes', '0x8080808080808080808000', /64 bits/],
] as const) {
  // Rules: limit-uvarint
  test(`${name} is refused`, () => {
    assert.throws(() => endOfUvarint(fromHex(hex), 0), { name: 'DecodeError', message })
  })
}
