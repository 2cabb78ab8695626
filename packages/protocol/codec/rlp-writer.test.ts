import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromBigEndian } from './big-endian.ts'
import { encodeRlp, uintToRlp } from './rlp.ts'
import { overheadPerList, RlpWriter } from './rlp-writer.ts'

const runs = { numRuns: Number(process.env['ATOLL_FUZZ_RUNS'] ?? 1_000) }

test('written lists equal the encoding of `encodeRlp`', () => {
  const list = fc.record({
    small: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    bytes: fc.uint8Array({ maxLength: 40 }),
    text: fc.uint8Array({ minLength: 2, maxLength: 55 }),
    data: fc.uint8Array({ maxLength: 300 }),
    type: fc.option(fc.nat({ max: 127 }), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(list, { maxLength: 5 }), (lists) => {
      const writer = new RlpWriter(lists.length * (overheadPerList + 500))
      const written = lists.map(({ small, bytes, text, data, type }) => {
        const encoded = encodeRlp(data)
        writer.beginList()
        writer.uint(small)
        writer.uintFrom(bytes, 0, bytes.length)
        writer.string(text, 0, text.length)
        writer.copy(encoded, 0, encoded.length)
        return writer.endList(type)
      })
      for (const [at, { small, bytes, text, data, type }] of lists.entries()) {
        const big = uintToRlp(fromBigEndian(bytes))
        const expected = encodeRlp([uintToRlp(BigInt(small)), big, text, data])
        const head = type === undefined ? [] : [type]
        assert.deepEqual(written[at], Uint8Array.of(...head, ...expected))
      }
    }),
    runs,
  )
})

test('written lists at the edges of each head size equal the encoding of `encodeRlp`', () => {
  for (const length of [54, 55, 56, 255, 256, 65_535, 65_536]) {
    const writer = new RlpWriter(overheadPerList + length)
    writer.beginList()
    writer.copy(new Uint8Array(length), 0, length)
    const zeros: Uint8Array[] = Array.from({ length }, () => Uint8Array.of(0))
    assert.ok(Buffer.from(writer.endList(undefined)).equals(encodeRlp(zeros)))
  }
})

test('a buffer that is too small is detected', () => {
  const writer = new RlpWriter(overheadPerList + 1)
  writer.beginList()
  writer.uint(300)
  assert.throws(() => writer.endList(undefined), RangeError)
})
