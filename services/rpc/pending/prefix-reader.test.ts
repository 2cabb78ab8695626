import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '#runtime/fault.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { hash } from '#test/fakes/values.ts'
import { findPauses, maxFindMs, maxKeptPrefixes, PrefixReader } from './prefix-reader.ts'

/** A reader, and the methods that it called. */
function reading(answer: (method: string, count: number) => unknown) {
  const called: string[] = []
  const clock = new VirtualClock(0)
  const { signal } = new AbortController()
  const call = async (method: string) => {
    called.push(method)
    return answer(method, called.length)
  }
  return { called, clock, reader: new PrefixReader({ call }, { clock, signal }) }
}

const always = { isWanted: () => true }

test('a prefix is asked for until the execution client knows it, although some calls fail', async () => {
  const { called, clock, reader } = reading((_method, count) => {
    if (count === 2) throw new Fault('rpc-unreachable')
    return count < 5 ? null : '0x1'
  })
  const found = reader.find(hash(9), always)
  await clock.run(findPauses.firstMs * (1 + 2 + 4), () => false)
  assert.equal(called.length, 4)
  await clock.run(findPauses.longestMs, () => false)
  assert.equal(await found, true)
  assert.equal(called.length, 5)
})

test('a prefix is no longer asked for when newer indices have arrived, or after a time', async () => {
  const { called, clock, reader } = reading(() => null)
  let isWanted = true
  const found = reader.find(hash(9), { isWanted: () => isWanted })
  await clock.run(findPauses.firstMs, () => false)
  isWanted = false
  await clock.run(2 * findPauses.firstMs, () => false)
  assert.equal(await found, false)
  assert.equal(called.length, 2)
  const late = reader.find(hash(9), always)
  await clock.run(maxFindMs + findPauses.longestMs, () => false)
  assert.equal(await late, false)
  assert.ok(called.length < 80)
})

test('concurrent reads of a prefix share a call, and the newest prefixes are kept', async () => {
  const { called, reader } = reading(() => [])
  await Promise.all([reader.receipts(hash(0)), reader.receipts(hash(0))])
  assert.equal(called.length, 1)
  for (let at = 1; at < maxKeptPrefixes; at++) await reader.receipts(hash(at))
  await reader.receipts(hash(0))
  assert.equal(called.length, maxKeptPrefixes)
  await reader.receipts(hash(99))
  await reader.receipts(hash(0))
  assert.equal(called.length, maxKeptPrefixes + 2)
})

test('a failure, an unknown block and an answer that is no block are not kept', async () => {
  const answers: unknown[] = [null, { transactions: 7 }, { transactions: [{ hash: '0x1' }] }]
  const { called, reader } = reading((_method, count) => {
    if (count === 1) throw new Fault('rpc-timeout')
    return answers[count - 2]
  })
  await assert.rejects(reader.block(hash(9)), /./u)
  assert.equal(await reader.block(hash(9)), undefined)
  assert.equal(await reader.block(hash(9)), undefined)
  assert.equal((await reader.block(hash(9)))?.transactions.length, 1)
  assert.equal((await reader.block(hash(9)))?.transactions.length, 1)
  assert.equal(called.length, 4)
})
