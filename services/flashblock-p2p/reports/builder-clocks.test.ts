import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BuilderClocks, forgetMs, maxDifferenceMs } from './builder-clocks.ts'

test('the largest difference of the clocks counts, is logged when it begins, and is forgotten after a minute', () => {
  let nowMs = 1_000_000
  const logged: unknown[] = []
  const warn = (fields: unknown) => void logged.push(fields)
  const clocks = new BuilderClocks({ monotonicMs: () => nowMs }, { warn })
  assert.equal(clocks.largestMs, 0)
  clocks.note('a', 4)
  clocks.note('b', -maxDifferenceMs)
  assert.deepEqual([clocks.largestMs, logged], [maxDifferenceMs, []])
  for (let repeat = 0; repeat < 3; repeat++) clocks.note('b', -2_000)
  assert.deepEqual([clocks.largestMs, logged], [2_000, [{ peer: 'b', aheadMs: -2_000 }]])
  nowMs += forgetMs + 1
  clocks.note('a', 5)
  assert.equal(clocks.largestMs, 5)
  clocks.note('b', -2_000)
  assert.equal(logged.length, 2)
})
