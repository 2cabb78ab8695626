import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import { encodeBlob } from '#devnet/batcher/encode/blob.ts'
import { blobBytes, decodeBlob } from './blob.ts'

interface BlobVectors {
  readonly encode: readonly {
    readonly note: string
    readonly dataLength: number
    readonly data: string | null
    readonly blobPrefix?: string
    readonly blobSha256: string
  }[]
  readonly decode: readonly {
    readonly note: string
    readonly blobPrefix: string
    readonly output?: string
    readonly outputLength?: number
    readonly error?: string
  }[]
}

const vectors = readVectors('blob.json') as BlobVectors

for (const { note, dataLength, data, blobPrefix, blobSha256 } of vectors.encode) {
  // Rules: blob-encoding
  test(`blob, encoded: ${note}`, () => {
    const bytes = data === null ? pattern(dataLength) : fromHex(data)
    const blob = encodeBlob(bytes)
    if (blobPrefix !== undefined) assert.deepEqual(blob, filled(blobPrefix))
    assert.equal(toHex(createHash('sha256').update(blob).digest()), blobSha256)
    assert.deepEqual(decodeBlob(blob), bytes)
  })
}

for (const { note, blobPrefix, output, outputLength, error } of vectors.decode) {
  // Rules: blob-encoding
  test(`blob, decoded: ${note}`, () => {
    const blob = filled(blobPrefix)
    if (error !== undefined) {
      assert.throws(() => decodeBlob(blob), { name: 'DecodeError' })
      return
    }
    const data = decodeBlob(blob)
    assert.equal(data.length, outputLength)
    if (output !== undefined) assert.equal(toHex(data), output)
  })
}

/** Data that is too long for the vector file, which describes it by this formula. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => 7 * at + 3)
}

function filled(prefix: string): Uint8Array {
  const blob = new Uint8Array(blobBytes)
  blob.set(fromHex(prefix))
  return blob
}
