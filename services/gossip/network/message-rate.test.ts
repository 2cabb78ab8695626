import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageRate, messageRate } from './message-rate.ts'

/** Sends messages at once. @returns how many of them are taken */
const sendOn = (rate: MessageRate) => (peer: string, count: number) =>
  Array.from({ length: count }, () => rate.take(peer)).filter(Boolean).length

test('a peer may send 64 messages at once, and then 32 a second, whatever other peers send', () => {
  let nowMs = 5
  const send = sendOn(new MessageRate({ monotonicMs: () => nowMs }))
  assert.deepEqual(messageRate, { perSecond: 32, burst: 64 })
  assert.equal(send('a', 64), 64)
  assert.equal(send('a', 1), 0)
  assert.equal(send('b', 65), 64)
  nowMs += 31.25
  assert.equal(send('a', 2), 1)
  nowMs += 31
  assert.equal(send('a', 1), 0)
  nowMs += 0.25
  assert.equal(send('a', 2), 1)
  nowMs += 1_000
  assert.equal(send('a', 64), 32)
  nowMs += 3_600_000
  assert.equal(send('a', 100), 64)
})

test('a peer may send the blocks of a minute at once, and then one block a second', () => {
  let nowMs = 0
  const send = sendOn(new MessageRate({ monotonicMs: () => nowMs }))
  assert.equal(send('a', 60), 60)
  for (; nowMs < 60_000; nowMs += 1_000) assert.equal(send('a', 1), 1)
})

test('a thousand peers are remembered; beyond that, the peer that was silent for longest is forgotten', () => {
  const send = sendOn(new MessageRate({ monotonicMs: () => 0 }))
  const fill = (from: number, to: number) => {
    for (let at = from; at < to; at++) send(String(at), 64)
  }
  fill(0, 1_000)
  assert.equal(send('0', 1), 0)
  fill(1_000, 1_001)
  assert.equal(send('0', 1), 0)
  assert.equal(send('1', 1), 1)
})
