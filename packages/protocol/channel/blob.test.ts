import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeBlob } from '#devnet/batcher/encode/blob.ts'
import { blobBytes, decodeBlob, maxBlobDataBytes } from './blob.ts'

const numRuns = Number(process.env['ATOLL_FUZZ_RUNS'] ?? 20)

// Rules: blob-encoding
test('the data of a blob decodes to itself', () => {
  const lengths = fc.oneof(
    fc.integer({ min: 0, max: 300 }),
    fc.integer({ min: maxBlobDataBytes - 200, max: maxBlobDataBytes }),
  )
  fc.assert(
    fc.property(lengths, fc.nat(255), (length, seed) => {
      const data = Uint8Array.from({ length }, (_, at) => at * 7 + seed)
      assert.deepEqual(decodeBlob(encodeBlob(data)), data)
    }),
    { numRuns },
  )
})

// Rules: limit-blob
test('a blob carries 130,044 bytes, and not one more', () => {
  assert.equal(decodeBlob(encodeBlob(new Uint8Array(maxBlobDataBytes))).length, maxBlobDataBytes)
  assert.throws(() => encodeBlob(new Uint8Array(maxBlobDataBytes + 1)), { name: 'RangeError' })
})

// Rules: limit-blob
test('a blob of another size is refused', () => {
  for (const length of [0, blobBytes - 1, blobBytes + 1])
    assert.throws(() => decodeBlob(new Uint8Array(length)), { name: 'DecodeError' })
})

test('a blob decodes at any offset of a buffer, and must have zeros after its data', () => {
  const buffer = new Uint8Array(blobBytes + 8)
  const length = 1_000
  for (let offset = 0; offset < 8; offset++) {
    const blob = buffer.subarray(offset, offset + blobBytes)
    blob.set(encodeBlob(new Uint8Array(length).fill(7)))
    assert.equal(decodeBlob(blob).length, length)
    // The data ends before offset 1,024, so all bytes from there on must be zero.
    for (const at of [1_100, 1_152, 1_153, 70_001, blobBytes - 2, blobBytes - 1]) {
      blob[at] = 1
      assert.throws(() => decodeBlob(blob), { name: 'DecodeError' })
      blob[at] = 0
    }
  }
})

test('decoding does not change the blob, even if it is a Buffer', () => {
  const blob = Buffer.from(encodeBlob(new Uint8Array(1_000).fill(0xff)))
  const before = Uint8Array.from(blob)
  assert.deepEqual(decodeBlob(blob), decodeBlob(blob))
  assert.deepEqual(Uint8Array.from(blob), before)
})

// Rules: blob-encoding
test('a changed byte gives other data or a DecodeError', () => {
  const data = Uint8Array.from({ length: 1_000 }, (_, at) => at * 31)
  fc.assert(
    fc.property(fc.nat(1_100), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const blob = encodeBlob(data)
      blob[at] = (blob[at] ?? 0) ^ change
      try {
        const other = decodeBlob(blob)
        // The two top bits of the first byte are not checked, so a change of only these bits gives the same data.
        if (at > 0 || (change & 0x3f) !== 0) assert.notDeepEqual(other, data)
      } catch (error) {
        assert.equal((error as Error).name, 'DecodeError')
      }
    }),
    { numRuns },
  )
})
