import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { Payload } from '#protocol/block/payload.ts'
import { maxGossipBytes } from '#protocol/p2p/gossip-data.ts'
import { initialState, type State } from '#services/gossip/state.ts'
import { step } from '#services/gossip/step.ts'
import { payloadOf, signerKey } from '#test/fakes/block-messages.ts'
import { gossipOptions } from '#test/fakes/gossip-options.ts'
import { signedBlock } from './signed-block.ts'
import { blockStored, maxStoring, storeBlock } from './store-block.ts'

const empty: State = initialState(gossipOptions(), { known: new Map(), sent: [] })

/** Stores a block so often. @returns how often it was */
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

test('256 blocks wait for the bus at most, and there is room again when one is stored', () => {
  const payload = payloadOf(4, { transactions: [] })
  const { state, stored, bytes } = storeTimes(empty, payload, maxStoring.blocks + 1)
  assert.equal(stored, maxStoring.blocks)
  const [freed] = step(state, { kind: 'block-stored', bytes })
  assert.equal(storeTimes(freed, payload, 2).stored, 1)
})

test('64 MiB of blocks wait for the bus at most', () => {
  // With the 1,000 bytes of its other fields and the 24 of a transaction, a block counts 4 MiB.
  const payload = payloadOf(4, { transactions: [new Uint8Array(4 * 2 ** 20 - 1_024)] })
  const { state, stored, bytes } = storeTimes(empty, payload, 17)
  assert.deepEqual([stored, bytes, state.storing.bytes], [16, 4 * 2 ** 20, maxStoring.bytes])
  assert.equal(storeTimes(state, payloadOf(4, { transactions: [] }), 1).stored, 0)
  assert.equal(storeTimes(blockStored(state, bytes), payload, 2).stored, 1)
})

const key = { l2ChainId: 10n, key: signerKey }
const withBytes = (transaction: Uint8Array) => payloadOf(4, { transactions: [transaction] })

test('an own block is as large as peers accept, and no larger', () => {
  const rest = signedSize(withBytes(new Uint8Array(0)))
  const largest = new Uint8Array(maxGossipBytes - rest)
  assert.ok(signedBlock(4, withBytes(largest), key).length > 0)
  const larger = withBytes(new Uint8Array(largest.length + 1))
  assert.throws(() => signedBlock(4, larger, key), /and peers accept 10485760/)
})

test('an own block that cannot be compressed is refused above what can be sent', () => {
  const megabytes = (count: number) => withBytes(randomBytes(count * 1_000_000))
  assert.ok(signedBlock(4, megabytes(4), key).length > 4_000_000)
  assert.throws(() => signedBlock(4, megabytes(5), key), /at most 4128768 can be sent/)
})

/** Bytes of a message before its compression, from the declared length. */
function signedSize(payload: Payload): number {
  let [length, shift] = [0, 0]
  for (const byte of signedBlock(4, payload, key)) {
    length += (byte & 0x7f) << shift
    shift += 7
    if (byte < 0x80) break
  }
  return length
}
