import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { joined } from '#protocol/codec/joined.ts'
import { maxGossipBytes } from '#protocol/p2p/gossip-data.ts'
import type { PayloadVersion } from '#protocol/p2p/payload-version.ts'
import { compressFrames } from '#protocol/p2p/snappy-frames.ts'
import { configOf, payloadOf } from '#test/fakes/block-messages.ts'
import { decodeAnswer, decodeRequest, encodeAnswer, encodeRequest } from './payload-answer.ts'

const wantedOf = (payload: ReturnType<typeof payloadOf>) => ({
  number: payload.number,
  hash: payload.blockHash,
})

const answerOf = (version: PayloadVersion, payload = payloadOf(version)) =>
  joined([...encodeAnswer(configOf(version), { kind: 'payload', payload })])

test('a request is the number in eight bytes, in little-endian order', () => {
  const bytes = encodeRequest(66_051n)
  assert.equal(Buffer.from(bytes).toString('hex'), '0302010000000000')
  assert.equal(decodeRequest(bytes), 66_051n)
})

test('an answer has version 0 before Ecotone, and version 1 from Ecotone on, also after Isthmus', () => {
  for (const version of [1, 2, 3, 4] as const) {
    const payload = payloadOf(version)
    const bytes = answerOf(version)
    assert.deepEqual([...bytes.subarray(0, 5)], [0, version >= 3 ? 1 : 0, 0, 0, 0])
    const decoded = decodeAnswer(configOf(version), bytes, wantedOf(payload))
    assert.deepEqual(decoded, { kind: 'payload', payload })
  }
})

test('if an answer has no block, it has the reason; an unknown result is a failure; an empty answer is an error', () => {
  const wanted = wantedOf(payloadOf(4))
  const kindOf = (bytes: readonly number[]) =>
    decodeAnswer(configOf(4), Uint8Array.from(bytes), wanted).kind
  assert.deepEqual([[1], [1, 0], [2], [3], [128]].map(kindOf), [
    'not-found',
    'not-found',
    'out-of-range',
    'failed',
    'failed',
  ])
  assert.throws(() => kindOf([]), DecodeError)
})

test('an answer is refused if it has another block, a wrong hash, the version of another fork, or no valid block', () => {
  const payload = payloadOf(4)
  const decode = (bytes: Uint8Array, version: PayloadVersion = 4) =>
    decodeAnswer(configOf(version), bytes, wantedOf(payload))
  assert.throws(() => decode(answerOf(4, payloadOf(4, { number: 7n }))), /another block/)
  const forged = payloadOf(4, { gasUsed: 1n, blockHash: payload.blockHash })
  assert.throws(() => decode(answerOf(4, forged)), /another block/)
  assert.throws(() => decode(answerOf(4), 3), /a version of another hardfork/)
  assert.throws(() => decode(Uint8Array.of(0, 1, 0, 0, 0)), DecodeError)
  assert.throws(() => decode(answerOf(4).subarray(0, -1)), DecodeError)
})

test('if a small answer would decompress to more than 10 MiB, it is refused', () => {
  const bomb = (bytes: number) =>
    joined([Uint8Array.of(0, 1, 0, 0, 0), ...compressFrames(new Uint8Array(bytes))])
  assert.ok(bomb(maxGossipBytes).length < 2 ** 20)
  const decode = (bytes: number) => () =>
    decodeAnswer(configOf(4), bomb(bytes), wantedOf(payloadOf(4)))
  assert.throws(decode(maxGossipBytes + 1), /more than 10485760 bytes decompressed/)
  assert.throws(decode(maxGossipBytes), (error: Error) => !error.message.includes('decompressed'))
})
