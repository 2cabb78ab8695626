import assert from 'node:assert/strict'
import { test } from 'node:test'
import { controlRate, messageRate, PeerRate } from './peer-rate.ts'

/** Sends messages in one burst. @returns the number of messages that the limit lets through */
const sendOn = (rate: PeerRate) => (peer: string, count: number) =>
  Array.from({ length: count }, () => rate.take(peer)).filter(Boolean).length

test('a peer may send 64 messages in a burst, and then 32 a second, whatever other peers send', () => {
  let nowMs = 5
  const send = sendOn(new PeerRate({ monotonicMs: () => nowMs }, messageRate))
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

test('a peer may send the blocks of a minute in a burst, and then one block a second', () => {
  let nowMs = 0
  const send = sendOn(new PeerRate({ monotonicMs: () => nowMs }, messageRate))
  assert.equal(send('a', 60), 60)
  for (; nowMs < 60_000; nowMs += 1_000) assert.equal(send('a', 1), 1)
})

test('a thousand peers are remembered; beyond that number, the peer that was silent for the longest time is forgotten', () => {
  const send = sendOn(new PeerRate({ monotonicMs: () => 0 }, messageRate))
  const fill = (from: number, to: number) => {
    for (let at = from; at < to; at++) send(String(at), 64)
  }
  fill(0, 1_000)
  assert.equal(send('0', 1), 0)
  fill(1_000, 1_001)
  assert.equal(send('0', 1), 0)
  assert.equal(send('1', 1), 1)
})

test('a peer may send 1,024 control entries in a burst, and then 256 a second; entries that are refused do not count', () => {
  let nowMs = 0
  const rate = new PeerRate({ monotonicMs: () => nowMs }, controlRate)
  assert.equal(rate.take('a', 1_025), false)
  assert.equal(rate.take('a', 1_024), true)
  assert.equal(rate.take('a', 0), true)
  assert.equal(rate.take('a', 1), false)
  nowMs += 1_000
  assert.equal(rate.take('a', 257), false)
  assert.equal(rate.take('a', 256), true)
})
