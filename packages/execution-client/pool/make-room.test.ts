import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makePool, signed } from '#test/fakes/pool-world.ts'
import { hashTransaction } from './pooled-transaction.ts'

const full = { message: 'txpool is full' }
const underpriced = { message: 'transaction underpriced' }

test('a full pool evicts the cheapest among the last transactions of each sender', async () => {
  const { add, show, reported } = makePool({ transactions: 4 })
  await add('a0:1', 'a1:9', 'b0:5', 'c0:7')
  reported.length = 0
  // a0 is the cheapest transaction, but it is not evicted, since a1 depends on it.
  await add('d0:6')
  assert.equal(show(), 'a0 a1:9 c0:7 d0:6 | ')
  assert.deepEqual(reported, ['-b0:5 the pool is full', '+d0:6'])
  // The same price as the cheapest is not enough.
  await assert.rejects(add('b0:6'), underpriced)
  await add('b0:8', 'b1:8')
  assert.equal(show(), 'a0 a1:9 b0:8 b1:8 | ')
})

test('if several transactions are equally cheap, the last to arrive is dropped', async () => {
  const { add, show } = makePool({ transactions: 3 })
  await add('a0:5', 'b0:5', 'c0:7', 'd0:6')
  assert.equal(show(), 'a0:5 c0:7 d0:6 | ')
})

test('if several transactions have equal tips, the transaction with the lowest fee cap is dropped', async () => {
  const { pool, add, show } = makePool({ transactions: 2 })
  pool.add(await signed('a0:5', { feeCap: 999n }))
  await add('b0:5', 'c0:5')
  assert.equal(show(), 'b0:5 c0:5 | ')
})

test('a transaction whose fee cap is below the base fee is evicted first', async () => {
  const { pool, view, add, show } = makePool({ transactions: 2 })
  view.baseFeePerGas = 100n
  pool.add(await signed('a0:90', { feeCap: 99n }))
  await add('b0:2', 'c0:1')
  assert.equal(show(), 'b0:2 c0 | ')
})

test('a new queued transaction evicts queued transactions, and never pending transactions', async () => {
  const { add, show } = makePool({ transactions: 3 })
  await add('a0:1', 'b0:1', 'c5:3')
  await assert.rejects(add('d5:3'), full)
  await add('d5:4')
  assert.equal(show(), 'a0 b0 | d5:4')
  await assert.rejects(add('d6:4'), full)
})

test('a new transaction evicts transactions of its own sender only if their nonces are later', async () => {
  const { add, show } = makePool({ transactions: 3 })
  await add('a0:1', 'a1:1', 'a2:1')
  await assert.rejects(add('a3:900'), full)
  const gapped = makePool({ transactions: 3 })
  await gapped.add('a1:9', 'a2:9', 'a3:9')
  await gapped.add('a0:1')
  assert.equal(gapped.show(), 'a0 a1:9 a2:9 | ')
  assert.equal(show(), 'a0 a1 a2 | ')
})

test('a replacement evicts no other transaction', async () => {
  const { add, show } = makePool({ transactions: 2 })
  await add('a0:1', 'b0:900', 'a0:200')
  assert.equal(show(), 'a0:200 b0:900 | ')
})

test('if the limit is in bytes, a large transaction evicts several smaller transactions if it pays more than each, and is refused otherwise', async () => {
  const small = (await signed('a0:1')).length
  const { pool, add, show, reported } = makePool({ bytes: 4 * small + 20 })
  await add('a0:1', 'b0:2', 'c0:3', 'd0:4')
  reported.length = 0
  const data = `0x${'00'.repeat(2 * small)}` as const
  const large = (notation: string) => signed(notation, { data, gas: 50_000n })
  const cheap = await large('a1:2')
  assert.throws(() => pool.add(cheap), underpriced)
  const middling = await large('a1:3')
  assert.throws(() => pool.add(middling), underpriced)
  assert.deepEqual(reported, [])
  pool.add(await large('a1:5'))
  assert.equal(show(), 'a0 a1:5 | ')
  assert.deepEqual(reported, [
    '-b0:2 the pool is full',
    '-c0:3 the pool is full',
    '-d0:4 the pool is full',
    '+a1:5',
  ])
  // The transaction pays more than all others, but is larger than the pool.
  const larger = `0x${'00'.repeat(4 * small)}` as const
  const most = await signed('b0:900', { data: larger, gas: 50_000n })
  assert.throws(() => pool.add(most), full)
})

test('the bytes of removed transactions are free again', async () => {
  const raw = await signed('a0:1')
  const { pool, add, show } = makePool({ bytes: raw.length + 5 })
  await add('a0:1', 'a0:200')
  await assert.rejects(add('b0:1'), underpriced)
  pool.drop(hashTransaction(await signed('a0:200')), 'a test')
  await add('b0:1')
  assert.equal(show(), 'b0 | ')
})
