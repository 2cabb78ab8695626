import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GrowingBytes } from './growing-bytes.ts'

test('pieces of any size are put together in their order, and are removed once', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 10 })
  fc.assert(
    fc.property(pieces, fc.uint8Array({ maxLength: 100 }), (first, last) => {
      const bytes = new GrowingBytes()
      for (let round = 0; round < 2; round++) {
        for (const piece of first) bytes.append(piece)
        assert.equal(bytes.length, Buffer.concat(first).length)
        assert.deepEqual(Buffer.from(bytes.takeWith(last)), Buffer.concat([...first, last]))
        assert.equal(bytes.length, 0)
      }
    }),
  )
})

test('a single piece is not copied, and bytes that were taken do not change later', () => {
  const bytes = new GrowingBytes()
  const piece = Uint8Array.of(1, 2)
  assert.equal(bytes.takeWith(piece), piece)
  bytes.append(piece)
  const taken = bytes.take()
  bytes.append(Uint8Array.of(3, 4))
  assert.deepEqual([...taken], [1, 2])
})

test('for a million pieces of one byte, the buffer is at most twice as large as the bytes', () => {
  const bytes = new GrowingBytes()
  for (let count = 0; count < 1_000_000; count++) bytes.append(Uint8Array.of(count % 256))
  const taken = bytes.take()
  assert.equal(taken.length, 1_000_000)
  assert.ok(taken.buffer.byteLength <= 2_000_000)
})
