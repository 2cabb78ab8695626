import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import { decodeRlpList, rlpBytes } from '#protocol/codec/rlp.ts'
import { type ChannelEnd, ChannelReader } from './channel-reader.ts'
import { decompress } from './decompress.ts'
import { decodeFrames } from './frame.ts'

const rules = { allowsBrotli: true, maxRlpBytesPerChannel: 100_000_000 }

interface RealVectors {
  readonly decompressedBytes: number
  readonly decompressedSha256: string
  readonly batches: number
  readonly batchBytes: number
}

test('a channel of OP Mainnet contains one batch', () => {
  const vectors = readVectors('op_mainnet_span_channel.json') as RealVectors
  checkReal(readHex('op_mainnet_span_channel.hex'), vectors, 'complete')
})

// Rules: open-stream
test('a channel of OP Mainnet with an incomplete zlib stream contains one batch', () => {
  const vectors = readVectors('op_mainnet_batcher_tx.json') as RealVectors
  const fields = decodeRlpList(readHex('op_mainnet_batcher_tx.hex').subarray(1))
  const [frame] = decodeFrames(rlpBytes(fields[7]))
  assert.ok(frame)
  checkReal(frame.data, vectors, 'truncated')
})

function checkReal(data: Uint8Array, vectors: RealVectors, end: ChannelEnd): void {
  const decompressed = decompress(data, rules)
  assert.ok(typeof decompressed !== 'string')
  assert.equal(decompressed.bytes.length, vectors.decompressedBytes)
  const sha256 = createHash('sha256').update(decompressed.bytes).digest()
  assert.equal(toHex(sha256), vectors.decompressedSha256)
  const reader = new ChannelReader([data.subarray(0, 1_000), data.subarray(1_000)], rules)
  assert.deepEqual(
    readAll(reader).map(({ length }) => length),
    [vectors.batchBytes],
  )
  assert.equal(vectors.batches, 1)
  assert.equal(reader.reason, end)
}

interface SmallVectors {
  readonly channels: readonly {
    readonly compression: string
    readonly data: string
    readonly decompressed: string
    readonly batches: readonly string[]
  }[]
  readonly channelEdgeCases: readonly {
    readonly note: string
    readonly data: string
    readonly batches: number
    readonly fjord?: boolean
  }[]
}

const small = readVectors('pipeline_small.json') as SmallVectors

for (const { compression, data, decompressed, batches } of small.channels) {
  // Rules: compression-type
  test(`a channel of ${batches.join(' and ')}, ${compression}`, () => {
    const output = decompress(fromHex(data), rules)
    assert.ok(typeof output !== 'string')
    assert.equal(toHex(output.bytes), decompressed)
    assert.equal(readAll(new ChannelReader([fromHex(data)], rules)).length, batches.length)
  })
}

for (const { note, data, batches, fjord = true } of small.channelEdgeCases) {
  // Rules: compression-type
  test(`channel: ${note}`, () => {
    const reader = new ChannelReader([fromHex(data)], { ...rules, allowsBrotli: fjord })
    assert.equal(readAll(reader).length, batches)
  })
}

function readAll(reader: ChannelReader): readonly Uint8Array[] {
  const batches: Uint8Array[] = []
  for (let batch = reader.next(); batch !== undefined; batch = reader.next()) batches.push(batch)
  return batches
}

/** Reads a hex file from the folder of the vectors. */
function readHex(name: string): Uint8Array {
  const folder =
    process.env['ATOLL_VECTORS'] ?? join(import.meta.dirname, '../../../test/vectors/derivation')
  return fromHex(readFileSync(join(folder, name), 'utf8').trim())
}
