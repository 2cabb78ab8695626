import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestLimits } from './request-limits.ts'

test('a peer may ask 15 times at once, then four times a second; what would wait over 20 s is refused', () => {
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

test('all peers together may ask 40 times at once, then 20 times a second', () => {
  const limits = new RequestLimits()
  const waits = Array.from({ length: 42 }, (_, at) => limits.take(`p${at}`, 5_000))
  assert.deepEqual(waits.slice(39), [0, 50, 100])
})

test('the memory of peers is limited, and the one that asked longest ago is forgotten', () => {
  const limits = new RequestLimits()
  const ask = (peer: number, nowMs: number) => limits.take(`p${peer}`, nowMs)
  for (let request = 0; request < 15; request++) ask(0, 0)
  for (let peer = 1; peer <= 1_000; peer++) ask(peer, peer * 1_000)
  // It would have been refilled by then in any case; a new bucket is full, too.
  assert.equal(ask(0, 1_000_000), 0)
})
