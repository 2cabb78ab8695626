import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { payloadOf } from '#test/fakes/block-messages.ts'
import { anyPayload } from '#test/fakes/arbitraries.ts'
import { decodePayload } from './decode-payload.ts'
import { encodePayload } from './encode-payload.ts'
import { fieldAt, fixedPartBytes, maxExtraDataBytes, maxTransactions } from './payload-layout.ts'
import { encodeWithLibrary } from '#test/encode/ssz-payload.ts'
import { payloadVersions, type PayloadVersion } from './payload-version.ts'

const numRuns = Number(process.env['ATOLL_FUZZ_RUNS'] ?? 300)
const version = fc.constantFrom(...payloadVersions)
/** A version, and a payload that has the fields of this version. */
const versioned = version.chain((of) =>
  anyPayload.map((payload) => [of, payloadOf(of, { ...onlyFieldsOf(of, payload) })] as const),
)

function onlyFieldsOf(of: PayloadVersion, payload: ReturnType<typeof payloadOf>) {
  const has = <Value>(since: PayloadVersion, value: Value) => (of >= since ? value : undefined)
  return {
    ...payload,
    withdrawals: has(2, [] as const),
    blobGasUsed: has(3, payload.blobGasUsed ?? 1n),
    excessBlobGas: has(3, payload.excessBlobGas ?? 2n),
    parentBeaconBlockRoot: has(3, payload.parentBeaconBlockRoot ?? payload.parentHash),
    withdrawalsRoot: has(4, payload.withdrawalsRoot ?? payload.stateRoot),
  }
}

test('a payload is encoded as by @chainsafe/ssz, and decodes to itself', () => {
  fc.assert(
    fc.property(versioned, ([of, payload]) => {
      const body = encodePayload(of, payload)
      assert.deepEqual(body.subarray(of >= 3 ? 32 : 0), encodeWithLibrary(of, payload))
      assert.deepEqual(decodePayload(of, body), payload)
    }),
    { numRuns: Math.min(numRuns, 5_000) },
  )
})

test('arbitrary bytes decode to a payload with the same encoding, or raise a DecodeError', () => {
  const tail = fc.uint8Array({ maxLength: 80 })
  const words = fc.array(fc.nat(700), { minLength: 3, maxLength: 6 })
  fc.assert(
    fc.property(version, tail, words, (of, rest, [extra = 0, list = 0, end = 0, first = 0]) => {
      const start = of >= 3 ? 32 : 0
      const body = new Uint8Array(start + fixedPartBytes[of] + rest.length)
      body.set(rest, start + fixedPartBytes[of])
      onlyDecodeErrors(of, rest)
      const view = new DataView(body.buffer, start)
      // Offsets are right or nearly right, so that each check is reached.
      const near = (value: number, right: number) =>
        value % 2 === 0 ? right + (value % 80) : value
      view.setUint32(fieldAt.extraDataOffset, extra % 8 === 0 ? extra : fixedPartBytes[of], true)
      const at = near(list, fixedPartBytes[of])
      view.setUint32(fieldAt.transactionsOffset, at, true)
      if (of >= 2)
        view.setUint32(fieldAt.withdrawalsOffset, end % 8 === 0 ? end : body.length - start, true)
      if (first % 2 === 0 && at + 4 <= body.length - start) view.setUint32(at, first % 24, true)
      onlyDecodeErrors(of, body)
    }),
    { numRuns },
  )
})

test('changed bytes decode to a payload with the same encoding, or raise a DecodeError', () => {
  fc.assert(
    fc.property(versioned, fc.nat(), fc.nat(255), ([of, payload], place, byte) => {
      const body = encodePayload(of, payload)
      const at = place % body.length
      onlyDecodeErrors(of, body.with(at, byte))
      onlyDecodeErrors(of, body.subarray(0, at))
      onlyDecodeErrors(of, Uint8Array.of(...body, byte))
      for (const other of payloadVersions)
        if (other !== of) assert.throws(() => decodePayload(other, body), DecodeError)
    }),
    { numRuns: Math.min(numRuns, 100_000) },
  )
})

function onlyDecodeErrors(of: PayloadVersion, body: Uint8Array): void {
  try {
    assert.deepEqual(encodePayload(of, decodePayload(of, body)), body)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
  }
}

test('byte fields are views into the message', () => {
  const body = encodePayload(4, payloadOf(4))
  const { logsBloom, extraData, transactions } = decodePayload(4, body)
  for (const bytes of [logsBloom, extraData, ...transactions])
    assert.equal(bytes.buffer, body.buffer)
})

/** Encodes a payload, changes it, and decodes the result. */
function changed(of: PayloadVersion, change: (ssz: DataView) => void): () => void {
  const body = encodePayload(of, payloadOf(of))
  change(new DataView(body.buffer, of >= 3 ? 32 : 0))
  return () => decodePayload(of, body)
}

const put = (at: number, value: number) => (ssz: DataView) => ssz.setUint32(at, value, true)

test('each offset is checked at its edges', () => {
  // The extra data is at offset 560, the transactions with their first offset are at 577, the withdrawals at the end.
  const cases: readonly (readonly [at: number, accepted: number, refused: readonly number[]])[] = [
    [fieldAt.extraDataOffset, 560, [559, 561, 0, 2 ** 32 - 1]],
    [fieldAt.transactionsOffset, 577, [559, 593, 592, 2 ** 32 - 1]],
    [fieldAt.withdrawalsOffset, 592, [591, 593, 576, 2 ** 32 - 1]],
    [577, 8, [0, 7, 9, 12, 16, 2 ** 32 - 4]],
    [581, 10, [7, 16, 2 ** 32 - 1]],
  ]
  for (const [at, accepted, refused] of cases) {
    assert.doesNotThrow(changed(4, put(at, accepted)))
    for (const value of refused) {
      // This offset makes the list of transactions empty, which is valid.
      if (at === fieldAt.transactionsOffset && value === 592) continue
      assert.throws(changed(4, put(at, value)), DecodeError, `${value} at ${at}`)
    }
  }
  // With one offset fewer, both transactions become one.
  assert.doesNotThrow(changed(4, put(577, 4)))
  for (const value of [8, 15]) assert.doesNotThrow(changed(4, put(581, value)))
})

test('a payload of exactly its fixed part is complete, and a payload with one byte less is not', () => {
  for (const of of payloadVersions) {
    const empty = payloadOf(of, { extraData: new Uint8Array(0), transactions: [] })
    const body = encodePayload(of, empty)
    assert.equal(body.length, fixedPartBytes[of] + (of >= 3 ? 32 : 0))
    assert.deepEqual(decodePayload(of, body), empty)
    assert.throws(() => decodePayload(of, body.subarray(0, -1)), DecodeError)
    assert.throws(() => decodePayload(of, body.subarray(0, 31)), DecodeError)
  }
})

test('extra data has at most 32 bytes', () => {
  const full = payloadOf(4, { extraData: new Uint8Array(maxExtraDataBytes) })
  assert.deepEqual(decodePayload(4, encodePayload(4, full)), full)
  const over = { ...full, extraData: new Uint8Array(maxExtraDataBytes + 1) }
  assert.throws(() => encodePayload(4, over), { name: 'RangeError', message: /33 bytes/ })
  // A list of transactions that begins one byte too late.
  const body = encodePayload(1, payloadOf(1, { extraData: new Uint8Array(32), transactions: [] }))
  const longer = Uint8Array.of(...body, 0)
  new DataView(longer.buffer).setUint32(fieldAt.transactionsOffset, 508 + 33, true)
  assert.throws(() => decodePayload(1, longer), {
    name: 'DecodeError',
    message: /33 bytes of extra/,
  })
})

test('a block has at most 2^20 transactions', () => {
  const empty = new Uint8Array(0)
  const extraData = empty
  const blockHash = payloadOf(1).blockHash
  const of = (count: number) =>
    payloadOf(1, { extraData, transactions: Array.from({ length: count }, () => empty), blockHash })
  const body = encodePayload(1, of(maxTransactions))
  assert.equal(decodePayload(1, body).transactions.length, maxTransactions)
  assert.throws(() => encodePayload(1, of(maxTransactions + 1)), { message: /1048577 trans/ })
  const longer = new Uint8Array(body.length + 4)
  longer.set(body)
  const list = new DataView(longer.buffer, fixedPartBytes[1])
  const end = 4 * (maxTransactions + 1)
  for (let at = 0; at < end; at += 4) list.setUint32(at, end, true)
  assert.throws(() => decodePayload(1, longer), { name: 'DecodeError', message: /1048577 trans/ })
})

test('withdrawals are refused, since an L2 block has none', () => {
  const body = encodePayload(2, payloadOf(2))
  assert.throws(() => decodePayload(2, Uint8Array.of(...body, ...new Uint8Array(44))), {
    name: 'DecodeError',
    message: /withdrawals begin at byte 544, want 588/,
  })
})

test('a payload is not encoded in a version that does not match its fields', () => {
  for (const of of payloadVersions)
    for (const other of payloadVersions)
      if (other !== of)
        assert.throws(() => encodePayload(other, payloadOf(of)), {
          name: 'RangeError',
          message: other > of ? /lacks the field/ : /has the field/,
        })
  assert.throws(() => encodePayload(4, { ...payloadOf(4), logsBloom: new Uint8Array(255) }), {
    message: /255 bytes of logsBloom/,
  })
})
