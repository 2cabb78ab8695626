import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Payload } from '#protocol/block/payload.ts'
import { hash, l2Ref } from '#test/fakes/values.ts'
import {
  addPayload,
  dropPayload,
  emptyQueue,
  maxPayloadQueueBytes,
  maxPayloads,
  payloadBytes,
  type PayloadQueue,
  prunePayloads,
} from './payload-queue.ts'

/** A block of the given fork, whose parent is the block below. */
function payload(number: number, { fork = 0, bytes = 0 } = {}): Payload {
  return {
    number: BigInt(number),
    blockHash: hash(number + 10_000 * fork),
    parentHash: hash(number - 1 + 10_000 * fork),
    transactions: [new Uint8Array(bytes)],
  } as unknown as Payload
}

function queueOf(...payloads: Payload[]): PayloadQueue {
  return payloads.reduce(addPayload, emptyQueue)
}

function numbersOf({ payloads }: PayloadQueue): number[] {
  return payloads.map(({ number }) => Number(number))
}

test('blocks are queued in the order of their numbers, each once', () => {
  const queue = queueOf(payload(3), payload(1), payload(2), payload(3), payload(2, { fork: 1 }))
  assert.deepEqual(numbersOf(queue), [1, 2, 2, 3])
})

for (const excess of [0, 1]) {
  test(`${maxPayloads + excess} blocks ${excess === 0 ? 'fit into the queue' : 'do not fit into the queue: the highest is dropped'}`, () => {
    const numbers = Array.from({ length: maxPayloads + excess }, (_, at) => at + 1)
    const queue = queueOf(...numbers.toReversed().map((number) => payload(number)))
    assert.equal(queue.payloads.length, maxPayloads)
    assert.equal(numbersOf(queue).at(-1), maxPayloads)
    assert.equal(queue.isCut, excess === 1)
  })

  test(`${excess} bytes above the maximum ${excess === 0 ? 'fit' : 'do not fit: the highest block is dropped'}`, () => {
    const half = maxPayloadQueueBytes / 2 - 1_024
    const queue = queueOf(payload(1, { bytes: half }), payload(2, { bytes: half + excess }))
    assert.deepEqual(numbersOf(queue), excess === 0 ? [1, 2] : [1])
    const sum = queue.payloads.reduce((bytes, each) => bytes + payloadBytes(each), 0)
    assert.equal(queue.bytes, sum)
  })
}

test('blocks at or below the head, and blocks that compete with its child, are dropped', () => {
  const queue = queueOf(payload(4), payload(5), payload(6, { fork: 1 }), payload(6), payload(9))
  const unsafe = { ...l2Ref(5), hash: hash(5) }
  const pruned = prunePayloads(queue, { unsafe })
  assert.deepEqual(
    pruned.payloads.map(({ blockHash }) => blockHash),
    [hash(6), hash(9)],
  )
  assert.equal(pruned.bytes, 2 * payloadBytes(payload(1)))
  assert.equal(prunePayloads(pruned, { unsafe }), pruned)
})

test('a block is removed by its hash', () => {
  const queue = queueOf(payload(6), payload(6, { fork: 1 }))
  const left = dropPayload(queue, payload(6))
  assert.deepEqual(
    left.payloads.map(({ blockHash }) => blockHash),
    [hash(10_006)],
  )
  assert.equal(dropPayload(left, payload(6)), left)
  assert.equal(dropPayload(left, payload(6, { fork: 1 })).bytes, 0)
})
