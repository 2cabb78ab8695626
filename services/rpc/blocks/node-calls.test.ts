import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxCallsAtOnce, maxWaitingCalls, NodeCalls } from './node-calls.ts'

test('a call that comes while another ends does not take the place of one that waits', async () => {
  let running = 0
  let most = 0
  const ends: (() => void)[] = []
  const bus = {
    call: () => {
      most = Math.max(most, ++running)
      return new Promise<object>((resolve) => {
        ends.push(() => {
          running--
          resolve({ kind: 'not-yet' })
        })
      })
    },
  }
  const calls = new NodeCalls(bus as never, { log: {}, metrics: {} } as never)
  const ask = () => calls.safeHeadAt({ kind: 'l1-number', number: 1n })
  const asked = Array.from({ length: maxCallsAtOnce + 1 }, ask)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(ends.length, maxCallsAtOnce)
  ends.shift()?.()
  // Asks in each of the turns in which the end of a call is handled.
  for (let turns = 0; turns < 10; turns++) {
    await Promise.resolve()
    asked.push(ask())
  }
  for (const each of asked) {
    ends.shift()?.()
    await each
  }
  assert.equal(most, maxCallsAtOnce)
})

test('few calls run at once, further ones wait up to a limit, and all that waited are made', async () => {
  const answers: (() => void)[] = []
  const failed: string[] = []
  const bus = {
    call: () =>
      new Promise((resolve) => {
        answers.push(() => resolve({ kind: 'not-yet' }))
      }),
  }
  const metrics = {
    failed: (call: string) => void failed.push(call),
    called: () => undefined,
    notified: () => undefined,
  }
  const log = { level: 'info', debug: () => undefined } as never
  const calls = new NodeCalls(bus as never, { log, metrics })
  const ask = () => calls.safeHeadAt({ kind: 'l1-number', number: 1n })
  const asked = Array.from({ length: maxCallsAtOnce + maxWaitingCalls }, ask)
  await assert.rejects(ask(), { code: -32_005, message: 'too many calls wait; try again later' })
  assert.deepEqual(failed, ['derivation.safe-head-at'])
  let most = 0
  let done = 0
  while (done < asked.length) {
    await new Promise((resolve) => setImmediate(resolve))
    most = Math.max(most, answers.length)
    const [next] = answers.splice(0, 1)
    next?.()
    done++
  }
  await Promise.all(asked)
  assert.equal(most, maxCallsAtOnce)
})
