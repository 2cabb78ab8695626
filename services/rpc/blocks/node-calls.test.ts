import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxCallsOfClient, maxWaitingOfClient } from './call-queue.ts'
import { NodeCalls } from './node-calls.ts'

/** Calls that are answered when the test calls the functions in `ends`. */
function setup() {
  const ends: (() => void)[] = []
  const failed: string[] = []
  const deadlines: number[] = []
  const bus = {
    call: (_call: unknown, _request: unknown, options: { readonly deadlineMs: number }) =>
      new Promise<object>((resolve) => {
        deadlines.push(options.deadlineMs)
        ends.push(() => resolve({ kind: 'not-yet' }))
      }),
  }
  const context = {
    log: { debug: () => undefined },
    metrics: { failed: (call: string) => void failed.push(call) },
  }
  const state = { isOpen: true }
  const caller = {
    client: '1.1.1.1',
    isOpen: () => state.isOpen,
    hold: () => true,
    refused: () => undefined,
  }
  const calls = new NodeCalls(bus as never, context as never).by(caller)
  const dial = () => calls.changePeer({ change: 'connect', name: '/ip4/192.0.2.1/tcp/1' })
  return {
    dial,
    ask: () => calls.safeHeadAt({ kind: 'l1-number', number: 1n }),
    control: (kind: 'fetch' | 'stop' | 'override-leader') => calls.sequencer({ kind }),
    ends,
    deadlines,
    failed,
    state,
  }
}

test('the number of waiting calls has a limit, and all calls up to the limit are made', async () => {
  const { ask, ends, failed } = setup()
  const asked = Array.from({ length: maxCallsOfClient + maxWaitingOfClient }, ask)
  await assert.rejects(ask(), { code: -32_005, message: 'too many calls wait; try again later' })
  assert.deepEqual(failed, ['derivation.safe-head-at'])
  for (let done = 0; done < asked.length; done++) {
    await new Promise((resolve) => setImmediate(resolve))
    assert.ok(ends.length <= maxCallsOfClient)
    ends.shift()?.()
  }
  await Promise.all(asked)
})

test('if a client has hung up, its waiting calls are not made', async () => {
  const { ask, ends, state } = setup()
  const asked = Array.from({ length: maxCallsOfClient + 3 }, ask)
  await new Promise((resolve) => setImmediate(resolve))
  state.isOpen = false
  assert.equal(ends.length, maxCallsOfClient)
  for (const end of ends) end()
  const outcomes = await Promise.allSettled(asked)
  assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 3)
  assert.equal(ends.length, maxCallsOfClient)
})

test('dials of peers do not delay reads of blocks', async () => {
  const { ask, dial, ends } = setup()
  const dials = Array.from({ length: maxCallsOfClient + 1 }, dial)
  const read = ask()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(ends.length, maxCallsOfClient + 1)
  ends.at(-1)?.()
  await read
  while (ends.length < dials.length + 1) {
    for (const end of ends) end()
    await new Promise((resolve) => setImmediate(resolve))
  }
  for (const end of ends) end()
  await Promise.all(dials)
})

test('neither reads of blocks nor a slow stop of the sequencer delay the other calls to the sequencer', async () => {
  const { ask, control, ends, deadlines } = setup()
  const slow = Array.from({ length: maxCallsOfClient + 1 }, () => [ask(), control('stop')]).flat()
  const quick = [control('fetch'), control('override-leader')]
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(ends.length, 2 * maxCallsOfClient + quick.length)
  assert.deepEqual(deadlines.slice(-2), [4_000, 4_000])
  assert.deepEqual(new Set(deadlines), new Set([4_000, 35_000]))
  for (const end of ends.slice(-2)) end()
  await Promise.all(quick)
  while (ends.length < slow.length + quick.length) {
    for (const end of ends) end()
    await new Promise((resolve) => setImmediate(resolve))
  }
  for (const end of ends) end()
  await Promise.all(slow)
})
