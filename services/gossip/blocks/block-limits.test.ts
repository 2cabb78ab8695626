import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { Payload } from '#protocol/block/payload.ts'
import { maxGossipBytes } from '#protocol/p2p/gossip-data.ts'
import { signatureBytes } from '#protocol/p2p/payload-signature.ts'
import { initialState, type State } from '#services/gossip/state.ts'
import { step } from '#services/gossip/step.ts'
import { payloadOf } from '#test/fakes/block-messages.ts'
import { gossipOptions } from '#test/fakes/gossip-options.ts'
import { blockBody, signedMessage } from './signed-block.ts'
import { blockStored, maxStoring, storeBlock } from './store-block.ts'

const empty: State = initialState(gossipOptions(), { known: new Map(), sent: [] })

/**
 * Tries to store a block `times` times. `stored` is the number of successes. `bytes` is the size of the last stored
 * block.
 */
function storeTimes(state: State, payload: Payload, times: number) {
  let [next, stored, bytes] = [state, 0, 0]
  for (let time = 0; time < times; time++) {
    const [after, effects] = storeBlock(next, payload)
    next = after
    for (const effect of effects)
      if (effect.kind === 'store-block') [stored, bytes] = [stored + 1, effect.bytes]
  }
  return { state: next, stored, bytes }
}

test('at most 256 blocks wait for the bus, and each stored block makes room for another block', () => {
  const payload = payloadOf(4, { transactions: [] })
  const { state, stored, bytes } = storeTimes(empty, payload, maxStoring.blocks + 1)
  assert.equal(stored, maxStoring.blocks)
  const [freed] = step(state, { kind: 'block-stored', bytes })
  assert.equal(storeTimes(freed, payload, 2).stored, 1)
})

test('at most 64 MiB of blocks wait for the bus', () => {
  // The block counts as 4 MiB: its transaction with 24 bytes added, and 1,000 bytes for the other fields.
  const payload = payloadOf(4, { transactions: [new Uint8Array(4 * 2 ** 20 - 1_024)] })
  const { state, stored, bytes } = storeTimes(empty, payload, 17)
  assert.deepEqual([stored, bytes, state.storing.bytes], [16, 4 * 2 ** 20, maxStoring.bytes])
  assert.equal(storeTimes(state, payloadOf(4, { transactions: [] }), 1).stored, 0)
  assert.equal(storeTimes(blockStored(state, bytes), payload, 2).stored, 1)
})

const signature = new Uint8Array(signatureBytes)
const sendable = (payload: Payload) => signedMessage(signature, blockBody(4, payload))
const withBytes = (transaction: Uint8Array) => payloadOf(4, { transactions: [transaction] })

test('an own block may be as large as peers accept, but not larger', () => {
  const rest = signedSize(withBytes(new Uint8Array(0)))
  const largest = new Uint8Array(maxGossipBytes - rest)
  assert.ok(sendable(withBytes(largest)).length > 0)
  const larger = withBytes(new Uint8Array(largest.length + 1))
  assert.throws(() => sendable(larger), /but peers accept at most 10485760/)
})

test('an own block of incompressible data is refused if it is larger than gossipsub can send', () => {
  const megabytes = (count: number) => withBytes(randomBytes(count * 1_000_000))
  assert.ok(sendable(megabytes(4)).length > 4_000_000)
  assert.throws(() => sendable(megabytes(5)), /at most 4128768 can be sent/)
})

/** Size of the signed block before compression: the length that its compressed form declares. */
function signedSize(payload: Payload): number {
  let [length, shift] = [0, 0]
  for (const byte of sendable(payload)) {
    length += (byte & 0x7f) << shift
    shift += 7
    if (byte < 0x80) break
  }
  return length
}
