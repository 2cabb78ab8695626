import assert from 'node:assert/strict'
import { collectGarbage } from '#test/fakes/collect-garbage.ts'
import { test } from 'node:test'
import fc, { type Arbitrary } from 'fast-check'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { toHash, toHex } from '#protocol/codec/hex.ts'
import { encodeRlp, type RlpItem, uintToRlp } from '#protocol/codec/rlp.ts'
import { encodeUvarint } from '#devnet/batcher/encode/columns.ts'
import { encodeSpanBatch, toSpanBatch } from '#devnet/batcher/encode/span-batch.ts'
import { bitlistBytes } from './bitlist.ts'
import { decodeBatch, type DecodedBatch } from './decode-batch.ts'
import {
  decodeSpanBatchColumns,
  MAX_SPAN_BATCH_ELEMENT_COUNT,
  maxTransactionBytes,
} from './span-batch-columns.ts'
import { deriveSpanBatch } from './span-batch.ts'

const runs = { numRuns: Number(process.env['ATOLL_FUZZ_RUNS'] ?? 150) }
const genesisTimestamp = 1_000n

// Transactions of every type, for chains with ids of every length.

const uint = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n }).map(uintToRlp)
const fixed = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const to = fc.oneof(fixed(20), fc.constant(new Uint8Array(0)))
const accessList = fc.array(fc.tuple(fixed(20), fc.array(fixed(32), { maxLength: 2 })), {
  maxLength: 2,
})
const authorizations = fc.array(
  fc.tuple(uint(256), fixed(20), uint(64), uint(8), uint(256), uint(256)),
  { maxLength: 2 },
)
const signed = { data: fc.uint8Array({ maxLength: 80 }), value: uint(256), word: uint(256) }
const parity = fc.bigInt({ min: 0n, max: 1n })
const uint64 = uint(64)

const bytesOf = (type: number, payload: RlpItem) =>
  type === 0 ? encodeRlp(payload) : Uint8Array.of(type, ...encodeRlp(payload))

function transaction(chainId: bigint): Arbitrary<Uint8Array> {
  const { data, value, word } = signed
  const v = fc.tuple(fc.constantFrom(27n, 2n * chainId + 35n), parity).map(([a, b]) => a + b)
  const id = fc.constant(uintToRlp(chainId))
  const y = parity.map(uintToRlp)
  return fc.oneof(
    fc
      .tuple(uint64, word, uint64, to, value, data, v.map(uintToRlp), word, word)
      .map((list) => bytesOf(0, list)),
    fc
      .tuple(id, uint64, word, uint64, to, value, data, accessList, y, word, word)
      .map((list) => bytesOf(1, list)),
    fc
      .tuple(id, uint64, word, word, uint64, to, value, data, accessList, y, word, word)
      .map((list) => bytesOf(2, list)),
    fc
      .tuple(
        fc.tuple(id, uint64, word, word, uint64, fixed(20), value, data),
        fc.tuple(accessList, authorizations, y, word, word),
      )
      .map(([head, tail]) => bytesOf(4, [...head, ...tail])),
    fc.array(word, { maxLength: 3 }).map((list) => bytesOf(0x7d, list)),
  )
}

const chain = fc
  .oneof(fc.constantFrom(1n, 10n, 901n), fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }))
  .chain((chainId) =>
    fc.record({
      chainId: fc.constant(chainId),
      blockTime: fc.constantFrom(1n, 2n),
      start: fc.bigInt({ min: 0n, max: 2n ** 40n }),
      firstEpoch: fc.bigInt({ min: 0n, max: 2n ** 50n }),
      beginsEpoch: fc.boolean(),
      checks: fc.tuple(fixed(20), fixed(20)),
      blocks: fc.array(
        fc.record({
          advances: fc.boolean(),
          transactions: fc.array(transaction(chainId), { maxLength: 4 }),
        }),
        { minLength: 1, maxLength: 12 },
      ),
    }),
  )

/** Replaces the blocks of a span batch, which are made when they are read, by an array. */
const plain = (decoded: DecodedBatch) =>
  decoded.kind === 'span'
    ? { ...decoded, batch: { ...decoded.batch, blocks: [...decoded.batch.blocks] } }
    : decoded

test('an encoded span batch decodes to itself', () => {
  fc.assert(
    fc.property(chain, ({ chainId, blockTime, start, checks, beginsEpoch, ...world }) => {
      let epochNumber = world.firstEpoch
      const blocks = world.blocks.map(({ advances, transactions }, index) => {
        if (advances && index > 0) epochNumber++
        const timestamp = genesisTimestamp + start + blockTime * BigInt(index)
        return { timestamp, epochNumber, transactions }
      })
      const batch = { parentCheck: toHex(checks[0]), l1OriginCheck: toHex(checks[1]), blocks }
      const rules = { genesisTimestamp, blockTime, chainId, allowsSpanBatches: true }
      const bytes = encodeSpanBatch(batch, { ...rules, beginsEpoch })
      assert.deepEqual(plain(decodeBatch(bytes, rules)), { kind: 'span', batch })
    }),
    runs,
  )
})

test('only consecutive blocks make a span batch', () => {
  const word = (byte: number) => toHash(new Uint8Array(32).fill(byte))
  const block = (at: number, epoch: number) => ({
    parentHash: word(at),
    epochNumber: BigInt(epoch),
    epochHash: word(0xe0 + epoch),
    timestamp: genesisTimestamp + 2n * BigInt(at),
    transactions: [],
  })
  const encode = (...epochs: readonly number[]) =>
    encodeSpanBatch(toSpanBatch(epochs.map((epoch, at) => block(at, epoch))), {
      ...rules,
      beginsEpoch: false,
    })
  const decoded = decodeBatch(encode(1, 1, 2), rules)
  assert.ok(decoded.kind === 'span')
  assert.equal(decoded.batch.parentCheck, `0x${'00'.repeat(20)}`)
  assert.equal(decoded.batch.l1OriginCheck, `0x${'e2'.repeat(20)}`)
  assert.deepEqual(
    [...decoded.batch.blocks].map(({ timestamp, epochNumber }) => [timestamp, epochNumber]),
    [
      [1_000n, 1n],
      [1_002n, 1n],
      [1_004n, 2n],
    ],
  )
  assert.throws(() => encode(), { message: /no blocks/ })
  assert.throws(() => encode(1, 3), { message: /from epoch 1 to 3/ })
  assert.throws(() => encode(2, 1), { message: /from epoch 2 to 1/ })
})

test('a transaction that a span batch cannot carry is refused', () => {
  const empty = new Uint8Array(0)
  const legacy = (v: bigint, to: Uint8Array) =>
    encodeRlp([empty, empty, empty, to, empty, empty, uintToRlp(v), empty, empty])
  const encode = (raw: Uint8Array) => {
    const blocks = [{ timestamp: genesisTimestamp, epochNumber: 0n, transactions: [raw] }]
    const check = `0x${'00'.repeat(20)}`
    const span = { parentCheck: check, l1OriginCheck: check, blocks }
    return () => encodeSpanBatch(span, { ...rules, beginsEpoch: false })
  }
  assert.doesNotThrow(encode(legacy(2n * 901n + 35n, empty)))
  for (const [raw, message] of [
    [legacy(2n * 902n + 35n, empty), /another chain/],
    [bytesOf(2, [uintToRlp(902n)]), /another chain/],
    [legacy(27n, new Uint8Array(19)), /19 bytes/],
    [bytesOf(3, []), /type 3/],
    [Uint8Array.of(0x7e), /type 126/],
    [Uint8Array.of(0x7d, 0x80), /want a list/],
    [Uint8Array.of(0x7d, 0xc0, 0), /after the list/],
    [empty, /type 0/],
  ] as const)
    assert.throws(encode(raw), { name: 'DecodeError', message })
})

const rules = { genesisTimestamp, blockTime: 2n, chainId: 901n, allowsSpanBatches: true }

// Rules: span-columns
test('arbitrary bytes decode or raise DecodeError, nothing else', () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 1, 2), fc.uint8Array({ maxLength: 200 }), (type, bytes) => {
      try {
        decodeBatch(Uint8Array.of(type, ...bytes), rules)
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error))
      }
    }),
    { numRuns: Number(process.env['ATOLL_FUZZ_RUNS'] ?? 5_000) },
  )
})

/** The bytes of a span batch between its type and its block count. */
const prefix = new Uint8Array(42)
const count = (value: number) => encodeUvarint(BigInt(value))
const columns = (...parts: readonly Uint8Array[]) =>
  decodeSpanBatchColumns(Buffer.concat([prefix, ...parts]))

// Rules: limit-span
test('a span batch without blocks, or with more blocks than the limit, is refused', () => {
  const most = MAX_SPAN_BATCH_ELEMENT_COUNT
  const rest = new Uint8Array(bitlistBytes(most) + most)
  assert.equal(columns(count(most), rest).transactionCounts.length, most)
  assert.throws(() => columns(count(most + 1), rest), { message: /10000001 elements, at most/ })
  assert.throws(() => columns(count(0)), { message: /without blocks/ })
})

// Rules: limit-span
test('the number of transactions has a limit, for a block and in total', () => {
  const half = count(MAX_SPAN_BATCH_ELEMENT_COUNT / 2)
  const more = count(MAX_SPAN_BATCH_ELEMENT_COUNT / 2 + 1)
  const most = count(MAX_SPAN_BATCH_ELEMENT_COUNT)
  const one = [count(1), Uint8Array.of(0)]
  const two = [count(2), Uint8Array.of(0)]
  // This number of transactions passes the check, and would take 660 MB. But the input ends before the transactions.
  assert.throws(() => columns(...two, half, half), { message: /bytes are missing/ })
  assert.throws(() => columns(...two, half, more), { message: /10000001 transactions/ })
  assert.throws(() => columns(...one, most), { message: /bytes are missing/ })
  assert.throws(() => columns(...one, count(MAX_SPAN_BATCH_ELEMENT_COUNT + 1)), {
    message: /10000001 elements/,
  })
})

// Rules: limit-span-transaction
test('the size of the fields of a transaction has a limit', () => {
  const zero = Uint8Array.of(0)
  // The heads of the list and of its data take 4 bytes each, the empty value and gas price one byte each.
  const overhead = 4 + 4 + 2
  const batch = (size: number) => {
    const fields = encodeRlp([zero.subarray(1), zero.subarray(1), new Uint8Array(size - overhead)])
    assert.equal(fields.length, size)
    const head = [count(1), zero, count(1), zero, zero, new Uint8Array(64 + 20)]
    return columns(...head, fields, zero, zero, zero)
  }
  const [block] = deriveSpanBatch(batch(maxTransactionBytes), rules).blocks
  assert.ok((block?.transactions[0]?.length ?? 0) > maxTransactionBytes)
  assert.throws(() => batch(maxTransactionBytes + 1), { message: /at most 10000000/ })
})

// Rules: limit-span
test('the blocks of a span of maximum length are made only when they are read', () => {
  const bits = new Uint8Array(MAX_SPAN_BATCH_ELEMENT_COUNT / 8)
  // Bits of the first two blocks: the first bit is ignored, the second begins an epoch.
  bits[bits.length - 1] = 0b11
  const counts = new Uint8Array(MAX_SPAN_BATCH_ELEMENT_COUNT)
  const all = columns(count(MAX_SPAN_BATCH_ELEMENT_COUNT), bits, counts)
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  const { blocks } = deriveSpanBatch(all, rules)
  collectGarbage()
  assert.ok(process.memoryUsage().heapUsed - before < 20_000_000)
  assert.equal(blocks.length, MAX_SPAN_BATCH_ELEMENT_COUNT)
  const epochOfLast = blocks.at(-1)?.epochNumber ?? 0n
  assert.deepEqual(blocks.at(0), {
    timestamp: (blocks.at(1)?.timestamp ?? 0n) - rules.blockTime,
    epochNumber: BigInt.asUintN(64, epochOfLast - 1n),
    transactions: [],
  })
  assert.equal(blocks.at(1)?.epochNumber, epochOfLast)
  assert.equal(blocks.at(MAX_SPAN_BATCH_ELEMENT_COUNT), undefined)
  assert.deepEqual(blocks.at(-blocks.length), blocks.at(0))
  assert.equal(blocks.at(-blocks.length - 1), undefined)
})

// Rules: limit-span
test('bytes after the last column are not kept in memory', () => {
  const block = [prefix, count(1), new Uint8Array(2)]
  const { bytes } = decodeSpanBatchColumns(Buffer.concat([...block, new Uint8Array(1_000)]))
  assert.equal(bytes.length, Buffer.concat(block).length)
})

// Rules: origin-bits
test('times and epochs beyond 64 bits wrap around', () => {
  const bytes = [encodeUvarint(2n ** 64n - 1n), encodeUvarint(0n), new Uint8Array(40)]
  const rest = [count(2), Uint8Array.of(0b10), new Uint8Array(2)]
  const { blocks } = deriveSpanBatch(
    decodeSpanBatchColumns(Buffer.concat([...bytes, ...rest])),
    rules,
  )
  assert.deepEqual(
    [...blocks].map(({ timestamp, epochNumber }) => [timestamp, epochNumber]),
    [
      [999n, 2n ** 64n - 1n],
      [1_001n, 0n],
    ],
  )
})

// Rules: span-before-delta
test('before Delta a valid span batch is skipped, and a malformed span batch raises a DecodeError', () => {
  const before = { ...rules, allowsSpanBatches: false }
  const block = Buffer.concat([prefix, count(1), new Uint8Array(2)])
  assert.deepEqual(decodeBatch(Buffer.concat([Uint8Array.of(1), block]), before), {
    kind: 'skipped',
    reason: 'span-before-delta',
  })
  assert.throws(() => decodeBatch(Uint8Array.of(1, 0), before), { name: 'DecodeError' })
})
