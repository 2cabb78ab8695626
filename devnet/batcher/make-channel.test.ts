import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { SingularBatch, SpanBatchBlock } from '#protocol/batch/batch.ts'
import { batchRulesAt, decodeBatch } from '#protocol/batch/decode-batch.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { channelRules } from '#protocol/chains/chain-spec.ts'
import { decodeL1Attributes } from '#protocol/block/l1-attributes.ts'
import { decodeBlob } from '#protocol/channel/blob.ts'
import { ChannelReader } from '#protocol/channel/channel-reader.ts'
import { decodeFrames } from '#protocol/channel/frame.ts'
import { toChannelId } from '#protocol/codec/hex.ts'
import { l2BlockRefOf } from '#protocol/derivation/l2-block.ts'
import { decodeDeposit } from '#protocol/transaction/deposit.ts'
import { readL2 } from '#records/folder/read-l2.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import {
  type BatcherData,
  type ChannelForm,
  makeChannel,
  maxCalldataBytes,
} from './make-channel.ts'

const record = 'test/vectors/records/all-forks-lagoon'
const config = await readRollupConfig(record)
const blocks = (await Array.fromAsync(readL2(record, config))).map(({ block }) => block)
const channelId = toChannelId(new Uint8Array(16).fill(7))
const last = blocks.at(-1) ?? assert.fail('no blocks')
const { delta = 0n, ecotone = 0n, fjord = 0n } = config.hardforkTimes

/** The encoded batches in the data of transactions, and the compression of the channel. */
function read(all: readonly BatcherData[], l1Timestamp = last.timestamp) {
  const data = all.flatMap((each) =>
    each.kind === 'calldata' ? [each.calldata] : each.blobs.map((blob) => decodeBlob(blob)),
  )
  const frames = data.flatMap((bytes) => decodeFrames(bytes))
  assert.deepEqual(
    frames.map(({ number }) => number),
    [...frames.keys()],
  )
  assert.ok(frames.every((frame) => frame.channelId === channelId))
  assert.equal(frames.at(-1)?.isLast, true)
  const chunks = frames.map((frame) => frame.data)
  const reader = new ChannelReader(chunks, channelRules(config, l1Timestamp))
  const batches: Uint8Array[] = []
  for (let batch = reader.next(); batch !== undefined; batch = reader.next()) batches.push(batch)
  assert.equal(reader.reason, 'complete')
  return batches.map((batch) => decodeBatch(batch, batchRulesAt(config, l1Timestamp)))
}

/** What a batch says of a block. */
function saidOf(block: Payload): SpanBatchBlock {
  const { l1Origin } = l2BlockRefOf(config, block)
  const transactions = block.transactions.filter(([type]) => type !== 0x7e)
  return { timestamp: block.timestamp, epochNumber: l1Origin.number, transactions }
}

function make(form: ChannelForm, { of = blocks, l1Timestamp = last.timestamp } = {}) {
  return makeChannel(of, { config, form, channelId, l1Timestamp })
}

/** The timestamp of the L1 origin of a block. */
const originTimeOf = ({ transactions: [first = assert.fail()] }: Payload) =>
  decodeL1Attributes(decodeDeposit(first).data).timestamp

const afterGenesis = blocks.filter(({ number }) => number > 0n)

const sinceDelta = afterGenesis.filter((block) => originTimeOf(block) >= delta)

for (const compression of ['zlib', 'brotli'] as const)
  for (const data of ['calldata', 'blobs'] as const)
    test(`blocks of all forks are read back from a channel: ${compression}, ${data}`, () => {
      const form = { compression, data }
      const singular = read(make({ ...form, batches: 'singular' }, { of: afterGenesis }))
      assert.equal(singular.length, afterGenesis.length)
      for (const [at, batch] of singular.entries()) {
        const block = afterGenesis[at] ?? assert.fail()
        assert.ok(batch.kind === 'singular')
        const expected: SingularBatch = {
          ...saidOf(block),
          parentHash: block.parentHash,
          epochHash: l2BlockRefOf(config, block).l1Origin.hash,
        }
        assert.deepEqual(batch.batch, expected)
      }
      const [span] = read(make({ ...form, batches: 'span' }, { of: sinceDelta }))
      assert.ok(span?.kind === 'span')
      const { blocks: ofSpan, l1OriginCheck, parentCheck } = span.batch
      const said = [...ofSpan].map(({ timestamp, epochNumber, transactions }) => {
        return { timestamp, epochNumber, transactions: [...transactions] }
      })
      assert.deepEqual(said, sinceDelta.map(saidOf))
      assert.equal(parentCheck, sinceDelta[0]?.parentHash.slice(0, 42))
      assert.equal(l1OriginCheck, l2BlockRefOf(config, last).l1Origin.hash.slice(0, 42))
    })

test('a form that needs a fork is used from the fork on; span batches, from the L1 origin of their first block', () => {
  const form = { batches: 'span', compression: 'brotli', data: 'blobs' } as const
  const [firstSince = assert.fail()] = sinceDelta
  const [before, since] = [-1, 0].map((from) => {
    const at = afterGenesis.indexOf(firstSince) + from
    return afterGenesis.slice(at, at + 3)
  })
  const at = (l1Timestamp: bigint, of = since ?? []) => {
    const all = make(form, { of, l1Timestamp })
    const [first] = read(all, l1Timestamp)
    const [data] = all
    const bytes =
      data?.kind === 'blobs' ? decodeBlob(data.blobs[0] ?? assert.fail()) : data?.calldata
    const [frame] = decodeFrames(bytes ?? assert.fail())
    return [first?.kind, data?.kind, frame?.data[0] === 1 ? 'brotli' : 'zlib']
  }
  assert.deepEqual(at(fjord, before), ['singular', 'blobs', 'brotli'])
  assert.deepEqual(at(ecotone - 1n), ['span', 'calldata', 'zlib'])
  assert.deepEqual(at(ecotone), ['span', 'blobs', 'zlib'])
  assert.deepEqual(at(fjord - 1n), ['span', 'blobs', 'zlib'])
  assert.deepEqual(at(fjord), ['span', 'blobs', 'brotli'])
})

test('a channel of many frames fills transactions up to their limit, in order', () => {
  // Random bytes do not compress.
  const random = randomBytes(100_000)
  const [block = assert.fail()] = afterGenesis
  const large = { ...block, transactions: [...block.transactions, random] }
  const of = Array.from({ length: 12 }, () => large)
  const calldata = make({ batches: 'singular', compression: 'zlib', data: 'calldata' }, { of })
  const sizes = calldata.map((each) => (each.kind === 'calldata' ? each.calldata.length : 0))
  assert.ok(sizes.length > 2)
  assert.deepEqual([...new Set(sizes.slice(0, -1))], [maxCalldataBytes])
  assert.equal(read(calldata).length, 12)
  const blobs = make({ batches: 'singular', compression: 'zlib', data: 'blobs' }, { of })
  const counts = blobs.map((each) => (each.kind === 'blobs' ? each.blobs.length : 0))
  assert.ok(counts.length > 1)
  assert.deepEqual([...new Set(counts.slice(0, -1))], [6])
  assert.equal(read(blobs).length, 12)
})
