import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { CallRate } from './call-rate.ts'

/** Times in milliseconds at which calls pass if all of them are requested together after a pause. */
async function letThrough(calls: readonly number[], pauseMs = 5_000): Promise<readonly number[]> {
  const clock = new VirtualClock(0)
  const rate = new CallRate(10, clock)
  await clock.run(pauseMs, () => false)
  const times: number[] = []
  for (const count of calls)
    void rate.take(count).then(() => times.push(clock.monotonicMs() - pauseMs))
  await clock.run(60_000, () => times.length === calls.length)
  return times
}

const one = (count: number) => Array.from({ length: count }, () => 1)

test('after a pause, the calls allowed in one second pass without a delay, and further calls pass at the rate', async () => {
  const times = await letThrough(one(13))
  assert.deepEqual(times.slice(0, 10), one(10).fill(0))
  assert.deepEqual(times.slice(10), [100, 200, 300])
})

test('a batch counts as its number of calls, even if the number is above the rate', async () => {
  assert.deepEqual(await letThrough([25, 1]), [1_500, 1_600])
})

test('unused calls accumulate for at most one second', async () => {
  assert.deepEqual((await letThrough(one(11), 3_600_000)).at(-1), 100)
})
