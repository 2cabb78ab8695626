import assert from 'node:assert/strict'
import { syncBuiltinESMExports } from 'node:module'
import { mock, test } from 'node:test'
import zlib, { brotliCompressSync, constants, deflateSync } from 'node:zlib'
import { ChannelReader } from './channel-reader.ts'

const rules = { allowsBrotli: true, maxRlpBytesPerChannel: 100_000_000 }

/** Size of the largest window and of the largest block. Brotli cannot be decompressed in smaller steps. */
const unitBytes = 1 << 24

// Channels of a hundred bytes that decompress to more than the limit. A blob holds a thousand of them.
for (const [what, start, batches] of [
  ['is not a string', [0xc0], ['bad-entry']],
  ['is empty', [0x80], ['bad-entry']],
  ['ends past the limit', [0xbb, 0x7f, 0, 0, 0], ['over-limit']],
  ['is one byte', [0x7f], [1]],
  ['is short', [0xb8, 60], [60]],
  ['ends past the first decompression', [0xba, 1, 0, 0], [65_536]],
] as const) {
  for (const [how, end] of [
    ['', []],
    [' and has a flaw', [0xff, 0xff, 0xff]],
  ] as const) {
    // Rules: limit-opening
    test(`a small channel that decompresses to a large one${how} takes little work if the first batch ${what}`, () => {
      const data = Uint8Array.of(...bomb(start), ...end)
      assert.ok(data.length < 153)
      const { seen, passes, outputBytes } = working(() => {
        const reader = new ChannelReader([data], rules)
        return [reader.next()?.length ?? reader.reason]
      })
      assert.deepEqual(seen, batches)
      assert.ok(passes <= 12, `${passes} passes`)
      assert.ok(outputBytes <= 10 * unitBytes, `${outputBytes} bytes`)
    })
  }
}

// Rules: limit-opening
test('a channel of ordinary size is decompressed once', () => {
  // Each byte below 0x80 is a batch. The noise keeps the compression ratio ordinary.
  let state = 1
  const content = Uint8Array.from({ length: 1_000_000 }, (_, at) => {
    if (at % 1_000 < 900) return at % 113
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 25
  })
  const { seen, passes } = working(() => {
    const reader = new ChannelReader([compressed(content)], rules)
    let batches = 0
    while (reader.next() !== undefined) batches++
    return [batches, reader.reason]
  })
  assert.deepEqual(seen, [1_000_000, 'complete'])
  assert.equal(passes, 1)
})

// Rules: limit-opening
test('repeated decompression does not change the output', () => {
  const sizes = [4_997, ...Array.from({ length: 20 }, () => 0xfffd)]
  const content = Buffer.concat(
    sizes.map((size) => Uint8Array.of(0xb9, size >> 8, size & 0xff, ...new Uint8Array(size))),
  )
  assert.deepEqual(lengths(compressed(content)), [...sizes, 'complete'])
  const deflated = deflateSync(content)
  assert.deepEqual(lengths(deflated), [...sizes, 'complete'])
  // op-node's read of the last batch bypasses its 4,096-byte buffer and reaches the flaw, so op-node loses the bytes of
  // this read (rule flawed-piece).
  const last = deflated.length - 1
  const withWrongSum = deflated.with(last, (deflated[last] ?? 0) ^ 1)
  assert.deepEqual(lengths(withWrongSum), [...sizes.slice(0, -1), 'corrupt'])
})

function lengths(data: Uint8Array): readonly (number | string | undefined)[] {
  const reader = new ChannelReader([data], rules)
  const seen: (number | string | undefined)[] = []
  for (let next = reader.next(); next !== undefined; next = reader.next()) seen.push(next.length)
  return [...seen, reader.reason]
}

function bomb(start: readonly number[]): Uint8Array {
  const content = new Uint8Array(120_000_000)
  content.set(start)
  return compressed(content)
}

function compressed(content: Uint8Array): Uint8Array {
  const params = {
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_QUALITY]: 5,
  }
  return Uint8Array.of(1, ...brotliCompressSync(content, { params }))
}

/**
 * Runs a function and counts decompressions and output bytes. A decompression that throws counts as many output bytes
 * as its limit.
 */
function working<T>(run: () => T): {
  readonly seen: T
  readonly passes: number
  readonly outputBytes: number
} {
  let passes = 0
  let outputBytes = 0
  const real = zlib.brotliDecompressSync
  const counted = mock.method(zlib, 'brotliDecompressSync', (...given: Parameters<typeof real>) => {
    passes++
    const before = outputBytes
    outputBytes += given[1]?.maxOutputLength ?? 0
    const result: unknown = real(...given)
    outputBytes = before + (result as { readonly buffer: Uint8Array }).buffer.length
    return result
  })
  syncBuiltinESMExports()
  try {
    const seen = run()
    return { seen, passes, outputBytes }
  } finally {
    counted.mock.restore()
    syncBuiltinESMExports()
  }
}
