import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxFlashblocks } from '#protocol/flashblock/assembly.ts'
import { idOf, blockAt, withDiff, watched } from '#test/fakes/flashblock-watch.ts'
import {
  maxContradictions,
  maxPayloadIds,
  maxRunBytes,
  maxRunTransactions,
} from './block-record.ts'
import { maxBlocks } from './flashblock-watch.ts'

test(`a block keeps ${maxPayloadIds} payload ids, ${maxFlashblocks} indices and ${maxContradictions} contradictions`, () => {
  const { watch, take, settle } = watched()
  const [a = assert.fail()] = blockAt(0, [1])
  for (let id = 0; id < maxPayloadIds; id++) take([{ ...a, payloadId: idOf(100 + id) }])
  assert.equal(watch.summary.tooMuch, 0)
  take([{ ...a, payloadId: idOf(200) }])
  assert.equal(watch.summary.tooMuch, 1)
  const later = { ...a, base: undefined, payloadId: idOf(100) }
  take([{ ...later, index: maxFlashblocks - 1 }])
  assert.equal(watch.summary.tooMuch, 1)
  take([{ ...later, index: maxFlashblocks }])
  assert.equal(watch.summary.tooMuch, 2)
  for (let at = 0; at <= maxContradictions; at++)
    take([withDiff({ ...a, payloadId: idOf(100) }, { gasUsed: BigInt(at) })])
  take(blockAt(1, [1]))
  assert.equal(settle(0, [a])?.contradictions, maxContradictions)
})

test(`a payload id keeps ${maxRunTransactions} transactions and ${maxRunBytes} bytes`, () => {
  const { watch, take } = watched()
  const [a = assert.fail(), b = assert.fail()] = blockAt(0, [1, 1])
  const small = new Uint8Array([2])
  const many = (count: number) => Array.from({ length: count }, () => small)
  take([a, withDiff(b, { transactions: many(maxRunTransactions - 1) })])
  assert.equal(watch.summary.tooMuch, 1)
  take([withDiff(b, { transactions: many(maxRunTransactions - 2) })])
  assert.equal(watch.summary.tooMuch, 1)
  const others = watched()
  const used = a.diff.transactions.reduce((sum, { length }) => sum + length, 0)
  const large = (sizeBytes: number) => [new Uint8Array(sizeBytes).fill(2)]
  others.take([a, withDiff(b, { transactions: large(maxRunBytes - used + 1) })])
  assert.equal(others.watch.summary.tooMuch, 1)
  others.take([withDiff(b, { transactions: large(maxRunBytes - used) })])
  assert.equal(others.watch.summary.tooMuch, 1)
})

test(`${maxBlocks} blocks are kept, and a dropped one that was not judged is unfinished`, () => {
  const { watch, take, next } = watched()
  for (let at = 0; at < maxBlocks; at++) take(blockAt(at, [1]))
  assert.equal(next(), 0)
  take(blockAt(maxBlocks, [1]))
  assert.equal(next(), 1)
  assert.equal(watch.summary.unfinished, maxBlocks + 1)
  // A late flashblock of a dropped block does not begin it again.
  take(blockAt(0, [1, 1]).slice(1))
  assert.equal(watch.summary.unplaced, 1)
})
