import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toRlp } from 'viem'
import { fromHex, toHex } from './hex.ts'
import { decodeRlp, encodeRlp, maxRlpDepth, type RlpItem, rlpUint, uintToRlp } from './rlp.ts'

const { item } = fc.letrec<{ item: RlpItem }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'rlp' },
    fc.uint8Array({ maxLength: 70 }),
    fc.array(tie('item'), { maxLength: 6, depthIdentifier: 'rlp' }),
  ),
}))

type Nested = Uint8Array | Nested[]

test('the encoding equals that of viem, and decodes to itself', () => {
  fc.assert(
    fc.property(item, (value) => {
      const encoded = encodeRlp(value)
      assert.deepEqual(encoded, toRlp(value as Nested, 'bytes'))
      assert.deepEqual(decodeRlp(encoded), value)
    }),
  )
})

test('long strings have a length of several bytes', () => {
  for (const length of [55, 56, 255, 256, 65_535, 65_536, 16_777_216]) {
    const encoded = encodeRlp(new Uint8Array(length))
    assert.deepEqual(encoded.subarray(0, 6), toRlp(new Uint8Array(length), 'bytes').subarray(0, 6))
    assert.deepEqual(decodeRlp(encoded), new Uint8Array(length))
  }
})

for (const [name, hex, message] of [
  ['nothing', '0x', /missing/],
  ['a truncated string', '0x8261', /1 bytes are missing/],
  ['a truncated list', '0xc26', /./],
  ['a truncated length', '0xb9', /length is truncated/],
  ['a string past the end of its list', '0xc28361', /missing/],
  ['bytes after the end', '0x8000', /1 bytes after/],
  ['a small byte with a length', '0x8101', /below 0x80/],
  ['a short string written as a long one', '0xb837'.padEnd(116, '0'), /long length/],
  ['a long length that begins with a zero', '0xb90038'.padEnd(120, '0'), /begins with a zero/],
] as const) {
  test(`${name} is refused`, () => {
    const bytes = hex.length % 2 === 0 ? fromHex(hex) : fromHex(`${hex}0`).subarray(0, 2)
    assert.throws(() => decodeRlp(bytes), { name: 'DecodeError', message })
  })
}

// Rules: limit-rlp-depth
test('lists may be nested up to the limit', () => {
  const nested = (depth: number) => {
    let value: RlpItem = new Uint8Array(0)
    for (let level = 0; level < depth; level++) value = [value]
    return encodeRlp(value)
  }
  assert.ok(decodeRlp(nested(maxRlpDepth)))
  assert.throws(() => decodeRlp(nested(maxRlpDepth + 1)), { message: /lists within lists/ })
})

test('arbitrary bytes decode to a value with the same encoding, or are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      try {
        assert.equal(toHex(encodeRlp(decodeRlp(bytes))), toHex(bytes))
      } catch (error) {
        assert.equal((error as Error).name, 'DecodeError')
      }
    }),
    { numRuns: Number(process.env['ATOLL_FUZZ_RUNS'] ?? 20_000) },
  )
})

test('a number with a leading zero, or with more bytes than the limit, is refused', () => {
  for (const value of [0n, 1n, 127n, 128n, 255n, 256n, 2n ** 64n - 1n])
    assert.equal(rlpUint(decodeRlp(encodeRlp(uintToRlp(value))), 8), value)
  assert.throws(() => rlpUint(uintToRlp(2n ** 64n), 8), { message: /9 bytes, at most 8/ })
  assert.throws(() => rlpUint(Uint8Array.of(0, 1), 8), { message: /begins with a zero/ })
  assert.throws(() => uintToRlp(-1n), { name: 'RangeError' })
})
