import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makePool, notate, signed } from '#test/fakes/pool-world.ts'
import type { BestTransactions } from './best-transactions.ts'
import { hashTransaction } from './pooled-transaction.ts'

/** The order of all transactions. After a transaction in `skipped`, later transactions of its sender are skipped. */
function order(best: BestTransactions, skipped: readonly string[] = []): string {
  const taken: string[] = []
  for (let next = best.peek(); next !== undefined; next = best.peek()) {
    const notation = notate([next])
    taken.push(notation)
    if (skipped.includes(notation)) best.skipSender()
    else best.shift()
  }
  return taken.join(' ')
}

test('the transaction with the highest tip is first; with equal tips, the transaction that arrived first', async () => {
  const { pool, add } = makePool()
  await add('c0:5', 'a0:3', 'b0:9', 'd0:5')
  assert.equal(order(pool.best(10n)), 'b0:9 c0:5 d0:5 a0:3')
})

test('the nonces of a sender stay in order, even if a later transaction has a higher tip', async () => {
  const { pool, add } = makePool()
  await add('a0:2', 'a1:9', 'b0:5', 'b1', 'b2:7', 'c1:99')
  assert.equal(order(pool.best(10n)), 'b0:5 a0:2 a1:9 b1 b2:7')
})

test('transactions are ordered by the effective tip', async () => {
  const { pool, add } = makePool()
  pool.add(await signed('a0:50', { feeCap: 60n }))
  pool.add(await signed('b0:20', { feeCap: 60n }))
  await add('a1:30', 'c0:15')
  assert.equal(order(pool.best(10n)), 'a0:50 a1:30 b0:20 c0:15')
  assert.equal(order(pool.best(44n)), 'a0:50 a1:30 b0:20 c0:15')
  assert.equal(order(pool.best(46n)), 'c0:15 a0:50 a1:30 b0:20')
  assert.equal(order(pool.best(60n)), 'c0:15 a0:50 a1:30 b0:20')
  // A transaction below the base fee is omitted, and so are later transactions of its sender.
  assert.equal(order(pool.best(61n)), 'c0:15')
})

test('the remaining transactions of a sender can be skipped', async () => {
  const { pool, add } = makePool()
  await add('a0:9', 'a1:8', 'b0:7', 'b1:6', 'c0:5')
  assert.equal(order(pool.best(10n), ['a0:9', 'b1:6']), 'a0:9 b0:7 b1:6 c0:5')
})

test('changes of the pool do not affect an iteration that has begun', async () => {
  const { pool, add } = makePool()
  await add('a0:9', 'a1:8')
  const best = pool.best(10n)
  await add('b0:99')
  pool.drop(hashTransaction(await signed('a1:8')), 'a test')
  assert.equal(order(best), 'a0:9 a1:8')
  const none = makePool().pool.best(0n)
  none.shift()
  none.skipSender()
  assert.equal(order(none), '')
})
