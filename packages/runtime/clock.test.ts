import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { every, sleep, systemClock, toIsoTime } from './clock.ts'

test('a sleep lasts for its duration, or until it is aborted', async () => {
  const clock = new VirtualClock(0)
  const stop = new AbortController()
  const ends: string[] = []
  const note = async (name: string, slept: Promise<boolean>) => ends.push(`${name} ${await slept}`)
  void note('first', sleep(clock, 100))
  void note('second', sleep(clock, 100, stop.signal))
  await clock.run(50, () => false)
  stop.abort()
  await clock.run(100, () => false)
  assert.deepEqual(ends, ['second false', 'first true'])
  assert.equal(await sleep(clock, 100, stop.signal), false)
})

test('a periodic task runs until it is stopped', async () => {
  const clock = new VirtualClock(0)
  const at: number[] = []
  const stop = every(clock, 100, () => {
    at.push(clock.monotonicMs())
    if (at.length === 3) stop()
  })
  await clock.run(1_000, () => false)
  assert.deepEqual(at, [100, 200, 300])
})

test('virtual time runs timers in order, and a cancelled timer does not run', async () => {
  const clock = new VirtualClock(1_000)
  const ran: string[] = []
  for (const [name, delayMs] of [
    ['c', 30],
    ['a', 10],
    ['b', 20],
    ['b2', 20],
  ] as const)
    clock.after(delayMs, () => ran.push(name))
  const cancel = clock.after(15, () => ran.push('never'))
  cancel()
  assert.equal(await clock.run(25, () => false), false)
  assert.deepEqual(ran, ['a', 'b', 'b2'])
  assert.equal(clock.now(), 1_025)
  assert.equal(await clock.run(100, () => ran.includes('c')), true)
  assert.equal(clock.now(), 1_030)
})

test('the system clock advances, and a cancelled timer does not run', async () => {
  const before = systemClock.monotonicMs()
  await sleep(systemClock, 5)
  assert.ok(systemClock.monotonicMs() > before)
  const cancel = systemClock.after(1, () => assert.fail('the cancelled timer ran'))
  cancel()
  await sleep(systemClock, 5)
  assert.equal(toIsoTime(0), '1970-01-01T00:00:00.000Z')
})
