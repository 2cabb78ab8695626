import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '#runtime/fault.ts'
import { forgottenMs, failureOf, Waits } from './waits.ts'

function watched() {
  let nowMs = 0
  const told: string[] = []
  const status = {
    waitFor: (_what: string, next: string) => void told.push(next),
    goOn: () => void told.push('goes on'),
  }
  const waits = new Waits(status, { next: 'asks again', monotonicMs: () => nowMs })
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { waits, told, pass }
}

const missing = (block: number) =>
  failureOf(new Fault('blobs-missing', { detail: `of block ${block}` }))

test('what an operator does about it is told', () => {
  const { waits, told } = watched()
  waits.waitFor('block', missing(5), '5')
  assert.match(told[0] ?? '', /^asks again; see --l1-beacon-urls/)
})

test('blobs that are missing are news once, until the block that lacked them is there', () => {
  const { waits, told } = watched()
  assert.equal(waits.waitFor('block', missing(5), '5'), true)
  assert.equal(waits.waitFor('block', missing(6), '6'), false)
  waits.goOn('block', '7')
  waits.goOn('block', '6')
  assert.equal(waits.waitFor('block', missing(5), '5'), false)
  assert.ok(!told.includes('goes on'))
  waits.goOn('block', '5')
  assert.equal(told.at(-1), 'goes on')
  assert.equal(waits.waitFor('block', missing(8), '8'), true)
})

test('another failure is news', () => {
  const { waits } = watched()
  waits.waitFor('block', missing(5), '5')
  const other = failureOf(new Fault('l1-unavailable'))
  assert.equal(waits.waitFor('block', other, '5'), true)
})

test('a block that nobody asks for any more holds up nothing', () => {
  const { waits, told, pass } = watched()
  waits.waitFor('block', missing(5), '5')
  pass(forgottenMs)
  waits.goOn('block', '4')
  assert.equal(told.at(-1), 'goes on')
})

test('a block that fails all the time is news once, though the one that failed first is not asked for any more', () => {
  const { waits, told, pass } = watched()
  waits.waitFor('block', missing(5), '5')
  for (let time = 0; time < 5; time++) {
    pass(forgottenMs / 3)
    assert.equal(waits.waitFor('block', missing(6), '6'), false)
    waits.goOn('block', '7')
  }
  assert.ok(!told.includes('goes on'))
})
