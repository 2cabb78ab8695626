import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '#runtime/fault.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import { initialState } from './state.ts'
import {
  type Failure,
  failureOf,
  forgottenMs,
  waitOf,
  withFailure,
  withoutFailure,
} from './waits.ts'
import { waitText } from '#service/status-reporter.ts'

/** A state to which a test adds failed and fetched blocks. */
function watched() {
  let nowMs = 0
  let state = initialState({
    config: rollupConfig({}),
    pollMs: 500,
    finalityPollMs: 6_000,
    endpoints: 1,
  })
  return {
    /** Adds a failure. @returns whether it is reported */
    fail: (about: string, failure: Failure) => {
      const [next, ...effects] = withFailure(state, { topic: 'block', about, failure, nowMs })
      state = next
      return effects.length > 0
    },
    succeed: (about: string) => {
      state = withoutFailure(state, 'block', { about, nowMs })
    },
    wait: () => waitOf(state),
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}

const missing = (block: number): Failure =>
  failureOf(new Fault('blobs-missing', { detail: `of block ${block}` })) ?? { reason: '' }

test('a wait names what failed, when it is retried, and what an operator can do', () => {
  const { fail, wait } = watched()
  fail('5', missing(5))
  assert.equal(waitText(wait() ?? { what: '' }), 'L1 block 5: blobs-missing: of block 5')
  assert.match(wait()?.next ?? '', /^asks again every 500 ms, .*; see --l1-beacon-urls/)
})

test('missing blobs are reported once for all blocks, and again only after all blocks that lacked blobs were fetched', () => {
  const { fail, succeed, wait } = watched()
  assert.equal(fail('5', missing(5)), true)
  assert.equal(fail('6', missing(6)), false)
  succeed('7')
  succeed('6')
  assert.equal(fail('5', missing(5)), false)
  assert.ok(wait() !== undefined)
  succeed('5')
  assert.equal(wait(), undefined)
  assert.equal(fail('8', missing(8)), true)
})

test('of several blocks that fail, the wait names the block that has failed for the longest time', () => {
  const { fail, succeed, wait } = watched()
  for (const block of [5, 6, 5, 7]) fail(String(block), missing(block))
  assert.equal(wait()?.what, 'L1 block 5')
  succeed('5')
  assert.equal(wait()?.what, 'L1 block 6')
})

test('a failure for another reason is reported', () => {
  const { fail } = watched()
  fail('5', missing(5))
  assert.equal(fail('5', failureOf(new Fault('l1-unavailable')) ?? { reason: '' }), true)
})

test('if a failed block is not requested again, the wait ends', () => {
  const { fail, succeed, wait, pass } = watched()
  fail('5', missing(5))
  pass(forgottenMs)
  succeed('4')
  assert.equal(wait(), undefined)
})

test('a reported failure is not reported again for another block, even after the first block is forgotten', () => {
  const { fail, succeed, wait, pass } = watched()
  fail('5', missing(5))
  for (let time = 0; time < 5; time++) {
    pass(forgottenMs / 3)
    assert.equal(fail('6', missing(6)), false)
    succeed('7')
    assert.ok(wait() !== undefined)
  }
})

test('if several topics fail, the status shows the first in order: the topic `heads`', () => {
  const { wait } = watched()
  assert.equal(wait(), undefined)
  const first = initialState({
    config: rollupConfig({}),
    pollMs: 1,
    finalityPollMs: 1,
    endpoints: 1,
  })
  const failure = { reason: 'down' }
  const [blocked] = withFailure(first, { topic: 'block', about: '5', failure, nowMs: 0 })
  const [both] = withFailure(blocked, { topic: 'heads', failure, nowMs: 0 })
  assert.deepEqual([waitOf(both)?.what, waitOf(both)?.why], ['the heads of L1', 'down'])
  assert.equal(waitOf(withoutFailure(both, 'heads'))?.what, 'L1 block 5')
})
