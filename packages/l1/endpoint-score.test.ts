import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '#runtime/fault.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { EndpointScore } from './endpoint-score.ts'

const wrong = new Fault('l1-invalid', { detail: 'receipts root' })
const tooMany = new Fault('rpc-limited', { detail: 'too many' })

function scored() {
  const clock = new VirtualClock(0)
  const score = new EndpointScore('a', clock)
  const restMs = () => score.rating.rest?.forMs ?? 0
  return { score, restMs, pass: (ms: number) => clock.run(ms, () => false) }
}

test('the pause of an endpoint doubles with each wrong answer up to a minute, and good answers shorten the next pause', () => {
  const { score, restMs } = scored()
  const rests = () => {
    score.failed(wrong)
    return restMs()
  }
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7].map(rests),
    [2, 4, 8, 16, 32, 60, 60].map((s) => s * 1_000),
  )
  assert.equal(score.rating.wrongAnswers, 7)
  score.succeeded(10)
  assert.equal(rests(), 16_000)
  for (let answer = 0; answer < 3; answer++) score.succeeded(10)
  assert.equal(rests(), 2_000)
  assert.equal(score.rating.wrongAnswers, 9)
})

test('a wrong answer to a query of blocks does not stop queries of heads', () => {
  const { score } = scored()
  score.failed(wrong, 'data')
  assert.equal(score.isResting('data'), true)
  assert.equal(score.isResting('heads'), false)
})

test('if no other endpoint answers, the pause after a wrong answer ends after half a second', async () => {
  const { score, restMs, pass } = scored()
  for (let answer = 0; answer < 10; answer++) score.failed(wrong)
  assert.equal(restMs(), 60_000)
  await pass(499)
  assert.equal(score.isUnavailable('data'), true)
  await pass(1)
  assert.deepEqual([score.isUnavailable('data'), score.isResting('data')], [false, true])
})

test('a rate limit stops all queries for the time that the server asks for, up to a minute', async () => {
  for (const [askedMs, restedMs, lastResortMs] of [
    [undefined, 1_000, 500],
    [7_000, 7_000, 7_000],
    [86_400_000, 60_000, 60_000],
  ] as const) {
    const { score, restMs } = scored()
    const fields = askedMs === undefined ? {} : { retryAfterMs: askedMs }
    score.failed(new Fault('rpc-limited', { fields }))
    assert.equal(restMs(), restedMs)
    assert.equal(score.rating.rest?.lastResortMs, lastResortMs)
    assert.deepEqual([score.isResting('heads'), score.isResting('data')], [true, true])
  }
})

test('if a shorter pause begins during a longer pause, the longer pause does not end earlier', () => {
  const { score, restMs } = scored()
  score.failed(new Fault('rpc-limited', { fields: { retryAfterMs: 30_000 } }))
  score.failed(tooMany)
  score.failed(wrong)
  assert.equal(restMs(), 30_000)
  assert.equal(score.rating.rest?.lastResortMs, 30_000)
})

test('if rate limits name no time, each pause is twice as long as the one before until the endpoint answers; without other endpoints, a pause is at most half a second', () => {
  const { score, restMs } = scored()
  for (const expectedMs of [1_000, 2_000, 4_000]) {
    score.failed(tooMany)
    assert.equal(restMs(), expectedMs)
  }
  assert.equal(score.rating.rest?.lastResortMs, 500)
  score.succeeded(10)
  score.failed(tooMany)
  assert.equal(restMs(), 1_000)
})
