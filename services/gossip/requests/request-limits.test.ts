import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxPeers, RequestLimits } from './request-limits.ts'

test('a peer may send 15 requests in a burst, then four a second; if a request would wait for more than 20 s, it is refused', () => {
  const limits = new RequestLimits()
  const waits = Array.from({ length: 100 }, () => limits.take('a', 1_000))
  assert.deepEqual(waits.slice(0, 18), [...Array.from({ length: 15 }, () => 0), 250, 500, 750])
  assert.equal(waits.lastIndexOf(20_000), 94)
  assert.deepEqual(
    waits.slice(95),
    Array.from({ length: 5 }, () => undefined),
  )
  assert.equal(limits.take('a', 1_250), 20_000)
  assert.equal(limits.take('a', 60_000), 0)
})

test('all peers together may send 40 requests in a burst, then 20 a second', () => {
  const limits = new RequestLimits()
  const waits = Array.from({ length: 42 }, (_, at) => limits.take(`p${at}`, 5_000))
  assert.deepEqual(waits.slice(39), [0, 50, 100])
})

test('the number of peers whose requests are remembered is limited', () => {
  const limits = new RequestLimits()
  for (let peer = 0; peer < maxPeers; peer++) limits.take(`p${peer}`, peer * 1_000)
  assert.equal(limits.peers, maxPeers)
  assert.equal(limits.take('one more', maxPeers * 1_000), 0)
  assert.equal(limits.peers, maxPeers)
})
