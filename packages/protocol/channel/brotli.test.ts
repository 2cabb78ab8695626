import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync, constants } from 'node:zlib'
import { decompressBrotli } from './brotli.ts'

const maxBytes = 10_000_000

// Rules: flawed-piece
test('a flawed stream gives only the output of the pieces of input before the flaw', () => {
  // A piece ends after 4,095 bytes, and then after every further 32,768 bytes. Noise is stored uncompressed, with a few
  // bytes before each block.
  for (const [place, handedOn] of [
    [4_000, 0],
    [4_200, 4_084],
    [36_700, 4_084],
    [37_000, 36_844],
  ] as const) {
    const content = noise(place)
    const { bytes, end } = decompressBrotli(flawed(content, { windowBits: 22 }), maxBytes)
    assert.equal(end, 'corrupt')
    assert.ok(Math.abs(bytes.length - handedOn) < 20, `${bytes.length} of ${place}`)
    assert.deepEqual(bytes, content.subarray(0, bytes.length))
  }
})

// Rules: flawed-piece
test('a full window is returned before a flaw', () => {
  const { bytes } = decompressBrotli(flawed(noise(3_000), { windowBits: 10 }), maxBytes)
  assert.equal(bytes.length, 2_048)
})

// Rules: rlp-limit
test('output is cut at the limit even if a flaw follows', () => {
  const content = noise(100_000)
  const { bytes, end } = decompressBrotli(flawed(content, { windowBits: 22 }), 5_000)
  assert.equal(end, 'over-limit')
  assert.deepEqual(bytes, content.subarray(0, 5_000))
})

/** A brotli stream without its end, then a metadata block with its reserved bit set, which is invalid. */
function flawed(content: Uint8Array, { windowBits }: { readonly windowBits: number }): Uint8Array {
  const data = brotliCompressSync(content, {
    finishFlush: constants.BROTLI_OPERATION_FLUSH,
    params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: windowBits },
  })
  return Uint8Array.of(...data, 0x0e)
}

function noise(length: number): Uint8Array {
  let state = length
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  })
}
