import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Clock, systemClock } from '#runtime/clock.ts'
import { AppScores, type Deed, maxPeers } from './app-scores.ts'

const slotMs = 2_000

/** Scores with a clock whose time is always `at.ms`. */
function scoresAt() {
  const at = { ms: 0 }
  const clock: Clock = { ...systemClock, monotonicMs: () => at.ms }
  return { scores: new AppScores(clock, slotMs), at }
}

test('each kind of deed has its own weight and limit', () => {
  const expected = [
    ['valid-response', 0.5, 10],
    ['failed-response', -1, 9],
    ['refused-block', -20, 2],
    ['refused-rpc', -40, 3],
  ] as const satisfies readonly (readonly [Deed, number, number])[]
  for (const [deed, factor, limit] of expected) {
    const { scores } = scoresAt()
    assert.equal(scores.of('a'), 0)
    for (let count = 1; count <= limit + 1; count++) {
      scores.count('a', deed)
      assert.equal(scores.of('a'), factor * Math.min(count, limit))
    }
    assert.equal(scores.of('b'), 0)
  }
})

test('ten epochs of six slots reduce a count to 1 %, and a count below 0.01 is zero', () => {
  const { scores, at } = scoresAt()
  scores.count('a', 'refused-block')
  at.ms += 30 * slotMs
  assert.ok(Math.abs(scores.of('a') + 2) < 1e-9)
  at.ms += 30 * slotMs - 1
  assert.ok(scores.of('a') < -0.2)
  at.ms += 2
  assert.equal(scores.of('a'), 0)
})

test('the number of peers is limited; the peer whose last deed is oldest is forgotten', () => {
  const { scores } = scoresAt()
  for (let peer = 0; peer < maxPeers; peer++) scores.count(`p${peer}`, 'failed-response')
  scores.count('p0', 'failed-response')
  scores.count('new', 'failed-response')
  assert.deepEqual([scores.of('p0'), scores.of('p1'), scores.of('new')], [-2, 0, -1])
})
