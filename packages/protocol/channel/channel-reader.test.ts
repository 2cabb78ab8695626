import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync, constants, deflateRawSync, deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { encodeRlp } from '#protocol/codec/rlp.ts'
import { encodeChannel } from '#devnet/batcher/encode/channel.ts'
import { ChannelReader } from './channel-reader.ts'

/**
 * Number of runs. Each run decompresses up to the limit, which takes a hundred times as long as a run of a codec's
 * test.
 */
const numRuns = Math.ceil(Number(process.env['ATOLL_FUZZ_RUNS'] ?? 6_000) / 100)
const rules = { allowsBrotli: true, maxRlpBytesPerChannel: 10_000_000 }

const batch = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 70 }),
  fc.integer({ min: 1, max: 9_000 }).map((length) => noise(length)),
)
const channel = fc.record({
  batches: fc.array(batch, { minLength: 1, maxLength: 4 }),
  compression: fc.constantFrom('zlib' as const, 'brotli' as const),
})

test('batches decode to themselves, however the channel is split', () => {
  fc.assert(
    fc.property(channel, fc.nat(), ({ batches, compression }, place) => {
      const data = encodeChannel(batches, compression)
      const at = place % data.length
      assert.deepEqual(read([data.subarray(0, at), data.subarray(at)]), [...batches, 'complete'])
    }),
    { numRuns },
  )
})

test('a corrupted channel ends without an exception', () => {
  fc.assert(
    fc.property(channel, fc.nat(), fc.nat(255), ({ batches, compression }, place, byte) => {
      const data = encodeChannel(batches, compression)
      read([data.with(place % data.length, byte)])
      read([data.subarray(0, place % data.length)])
      assert.equal(read([data, Uint8Array.of(byte)]).length > 0, true)
    }),
    { numRuns },
  )
})

// Rules: batch-entries
test('arbitrary bytes end without an exception', () => {
  const head = fc.constantFrom([0x78, 0x9c], [0x78, 0xda], [1], [])
  fc.assert(
    fc.property(head, fc.uint8Array({ maxLength: 200 }), (first, bytes) => {
      read([Uint8Array.of(...first, ...bytes)])
    }),
    { numRuns: 10 * numRuns },
  )
})

// Rules: compression-type
test('the first byte selects the compression', () => {
  const brotli = encodeChannel([bytes('a batch')], 'brotli')
  assert.deepEqual(read([]), ['unknown-compression'])
  assert.deepEqual(read([Uint8Array.of(2, ...brotli)]), ['unknown-compression'])
  // Method 15 is reserved. It passes the check of the first byte, but the zlib header is invalid.
  assert.deepEqual(read([Uint8Array.of(0x7f, 0xda, 0, 0)]), ['corrupt'])
  assert.deepEqual(read([brotli], { ...rules, allowsBrotli: false }), ['brotli-not-allowed'])
})

// Rules: open-stream
test('a zlib stream that ends in a flush gives all its batches', () => {
  const open = flushed(entries(bytes('one'), bytes('the other')))
  assert.deepEqual(texts([open]), ['one', 'the other', 'truncated'])
})

// Rules: zlib-dictionary
test('only the empty preset dictionary is accepted', () => {
  const raw = deflateRawSync(entries(bytes('one')))
  const withDictionary = (id: number) => Uint8Array.of(0x78, 0xbb, 0, 0, 0, id, ...raw)
  assert.deepEqual(texts([withDictionary(1)]), ['one', 'truncated'])
  assert.deepEqual(texts([withDictionary(2)]), ['corrupt'])
})

// Rules: batch-entries
test('an entry must be a nonempty string in the shortest form', () => {
  const good = encodeRlp(bytes('good'))
  for (const bad of [
    [0xc0],
    [0xf8, 60],
    [0x80],
    [0x81, 0x7f],
    [0xb8, 55],
    [0xb9, 0, 60],
    [0x84, 1, 2],
    [0xb9, 1],
  ]) {
    const data = deflateSync(
      Uint8Array.of(...good, ...bad, ...new Uint8Array(bad.length > 2 ? 0 : 70)),
    )
    assert.equal(texts([data])[0], 'good')
  }
  assert.deepEqual(texts([deflateSync(Uint8Array.of(...good, 0xc0))]), ['good', 'bad-entry'])
  assert.deepEqual(texts([deflateSync(Uint8Array.of(...good, 0x84, 1))]), ['good', 'bad-entry'])
  assert.deepEqual(texts([deflateSync(Uint8Array.of(...good, 0x81, 0x7f))]), ['good', 'bad-entry'])
  assert.deepEqual(texts([deflateSync(Uint8Array.of(0x07, 0x81, 0x80))]), [
    '\x07',
    '\ufffd',
    'complete',
  ])
})

for (const compression of ['zlib', 'brotli'] as const) {
  // Rules: rlp-limit, limit-channel
  test(`batches are read up to the limit and not one byte past it, ${compression}`, () => {
    const batches = [bytes('first'), noise(3_000), noise(5_000)]
    const data = encodeChannel(batches, compression)
    const size = entries(...batches).length
    const limited = (maxRlpBytesPerChannel: number) =>
      read([data], { ...rules, maxRlpBytesPerChannel }).map((item) =>
        typeof item === 'string' ? item : item.length,
      )
    assert.deepEqual(limited(size), [5, 3_000, 5_000, 'complete'])
    assert.deepEqual(limited(size - 1), [5, 3_000, 'over-limit'])
    assert.deepEqual(limited(6 + 3_003), [5, 3_000, 'over-limit'])
    assert.deepEqual(limited(6 + 3_002), [5, 'over-limit'])
    assert.deepEqual(limited(1), ['over-limit'])
  })

  // Rules: rlp-limit
  test(`a channel that decompresses to a huge size is cut at the limit, ${compression}`, () => {
    const data = encodeChannel([bytes('first'), new Uint8Array(40_000_000)], compression)
    assert.ok(data.length < 50_000)
    assert.deepEqual(texts([data], { ...rules, maxRlpBytesPerChannel: 1_000_000 }), [
      'first',
      'over-limit',
    ])
  })
}

// Expected values are the results of op-node v1.19.6 for the same channels. The results depend on the buffers of
// op-node's readers.

// Rules: flawed-piece
test("a wrong checksum drops the last batch if op-node's read of this batch bypasses its buffer", () => {
  const withWrongSum = (...batches: readonly Uint8Array[]) => {
    const data = deflateSync(entries(...batches))
    const last = data.length - 1
    return lengths([data.with(last, (data[last] ?? 0) ^ 1)])
  }
  assert.deepEqual(withWrongSum(noise(100), noise(100)), [100, 100, 'corrupt'])
  // The buffer has the head and 4,093 bytes of the batch. A rest of 4,095 bytes is read through the buffer, a rest of
  // 4,096 bytes bypasses it.
  assert.deepEqual(withWrongSum(noise(4_093 + 4_095)), [8_188, 'corrupt'])
  assert.deepEqual(withWrongSum(noise(4_093 + 4_096)), ['corrupt'])
  assert.deepEqual(withWrongSum(noise(20_000), noise(10)), [20_000, 10, 'corrupt'])
  // A full window of 32,768 bytes is returned before the end is read.
  assert.deepEqual(withWrongSum(noise(32_768 - 3)), [32_765, 'corrupt'])
  assert.deepEqual(withWrongSum(noise(32_768 - 3 + 4_095)), [36_860, 'corrupt'])
  assert.deepEqual(withWrongSum(noise(32_768 - 3 + 4_096)), ['corrupt'])
})

// Rules: flawed-piece
test('a stream that is truncated after a flush gives its output, and then the error', () => {
  assert.deepEqual(lengths([flushed(entries(noise(20_000)))]), [20_000, 'truncated'])
})

// Rules: open-stream
test('bytes after the end of a zlib stream are ignored', () => {
  const data = deflateSync(entries(noise(20_000)))
  assert.deepEqual(lengths([data, Uint8Array.of(1, 2, 3)]), [20_000, 'complete'])
})

// Rules: flawed-piece
test("bytes after the end of a brotli stream drop the last batch if op-node's read of this batch bypasses its buffer", () => {
  const withMore = (length: number) =>
    lengths([encodeChannel([noise(length)], 'brotli'), Uint8Array.of(0)])
  assert.deepEqual(withMore(1_000), [1_000, 'corrupt'])
  assert.deepEqual(withMore(20_000), ['corrupt'])
})

// Rules: open-stream
test('a truncated brotli stream gives all output before its end', () => {
  const data = encodeChannel([noise(3_000), noise(20_000)], 'brotli')
  assert.deepEqual(lengths([data.subarray(0, -1)]), [3_000, 20_000, 'truncated'])
  assert.deepEqual(lengths([data.subarray(0, -300)]), [3_000, 'truncated'])
})

test('before a flaw in a brotli stream, only full buffers count, and the buffer size grows with the blocks', () => {
  // One block with batches of 1,024 bytes, heads included, then a metadata block with its reserved bit set.
  const blockOf = (batches: number, last: number) => {
    const lengths = Array.from({ length: batches }, (_, at) => (at < batches - 1 ? 1_021 : last))
    const block = brotliCompressSync(entries(...lengths.map(plain)), {
      params: { [constants.BROTLI_PARAM_QUALITY]: 1 },
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
    })
    return [Uint8Array.of(1), block, Uint8Array.of(0x0e)]
  }
  assert.deepEqual(lengths(blockOf(1, 1_021)), [1_021, 'corrupt'])
  assert.deepEqual(lengths(blockOf(1, 1_020)), ['corrupt'])
  assert.deepEqual(lengths(blockOf(1, 1_022)), ['corrupt'])
  assert.deepEqual(lengths(blockOf(2, 1_021)), [1_021, 1_021, 'corrupt'])
  assert.deepEqual(lengths(blockOf(3, 1_021)), ['corrupt'])
  // op-node reads 4,096 bytes and gets the error with them, so the second half of the buffer is lost.
  assert.deepEqual(lengths(blockOf(8, 1_021)), [1_021, 1_021, 1_021, 1_021, 'corrupt'])
})

test('reading a brotli stream with nonzero padding does not change its bytes', () => {
  const content = plain(2 * 65_536 - 4)
  const data = brotliCompressSync(entries(content), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 16 },
  })
  // The `slice` of a Buffer does not copy, so the reader could change the input.
  const padded = Buffer.from(data)
  padded[padded.length - 1] = (padded.at(-1) ?? 0) | 0x80
  const before = Uint8Array.from(padded)
  assert.deepEqual(lengths([Uint8Array.of(1), padded]), lengths([Uint8Array.of(1), before]))
  assert.deepEqual(Uint8Array.from(padded), before)
})

type Rules = typeof rules

function read(
  chunks: readonly Uint8Array[],
  limits: Rules = rules,
): readonly (Uint8Array | string)[] {
  const reader = new ChannelReader(chunks, limits)
  const seen: (Uint8Array | string)[] = []
  for (let next = reader.next(); next !== undefined; next = reader.next()) seen.push(next)
  assert.equal(reader.next(), undefined)
  return [...seen, reader.reason ?? 'no reason']
}

function texts(chunks: readonly Uint8Array[], limits: Rules = rules): readonly string[] {
  return read(chunks, limits).map((item) =>
    typeof item === 'string' ? item : new TextDecoder().decode(item),
  )
}

function lengths(chunks: readonly Uint8Array[]): readonly (number | string)[] {
  return read(chunks).map((item) => (typeof item === 'string' ? item : item.length))
}

function entries(...batches: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(batches.map((content) => encodeRlp(content)))
}

/** A zlib stream that ends in a flush. */
function flushed(content: Uint8Array): Uint8Array {
  return deflateSync(content, { finishFlush: constants.Z_SYNC_FLUSH })
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Bytes that compress to a block with prefix codes; the same at each call. */
function plain(length: number): Uint8Array {
  return noise(length).map((byte) => byte & 3)
}

/** Bytes that do not compress; the same at each call. */
function noise(length: number): Uint8Array {
  let state = length
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  })
}
