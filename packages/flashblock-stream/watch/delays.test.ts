import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Delays } from './delays.ts'

function numbersOf(delays: readonly number[]) {
  const counted = new Delays()
  for (const delayMs of delays) counted.add(delayMs)
  return counted.numbers
}

test('half of the delays are at most p50, 99 of 100 at most p99, and all at most the worst', () => {
  const upTo100 = Array.from({ length: 100 }, (_, at) => 100 - at)
  assert.deepEqual(numbersOf(upTo100), { count: 100, p50Ms: 50, p99Ms: 99, worstMs: 100 })
  assert.deepEqual(numbersOf([7]), { count: 1, p50Ms: 7, p99Ms: 7, worstMs: 7 })
  assert.deepEqual(numbersOf([1, 2.6]), { count: 2, p50Ms: 1, p99Ms: 3, worstMs: 3 })
})

test('without delays all numbers are 0', () => {
  assert.deepEqual(numbersOf([]), { count: 0, p50Ms: 0, p99Ms: 0, worstMs: 0 })
})

test('long delays, and delays of a clock that went back, are counted', () => {
  assert.deepEqual(numbersOf([9_999]), { count: 1, p50Ms: 9_999, p99Ms: 9_999, worstMs: 9_999 })
  assert.deepEqual(numbersOf([60_000]), { count: 1, p50Ms: 60_000, p99Ms: 60_000, worstMs: 60_000 })
  assert.deepEqual(numbersOf([-1]), { count: 1, p50Ms: 0, p99Ms: 0, worstMs: 0 })
})
