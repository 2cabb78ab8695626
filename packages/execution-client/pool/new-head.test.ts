import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOf, makePool, signed } from '#test/fakes/pool-world.ts'
import { hashTransaction } from './pooled-transaction.ts'

const [a, b] = [addressOf('a'), addressOf('b')]

test('transactions that the head includes are removed, and so are other transactions with used nonces', async () => {
  const { view, add, show, reset, reported } = makePool()
  await add('a0', 'a1', 'a2', 'b0:2', 'b1')
  reported.length = 0
  view.nonces.set(a, 2n).set(b, 1n)
  assert.deepEqual(await reset({ included: 'a0 a1 b0:9' }), [])
  assert.equal(show(), 'a2 b1 | ')
  assert.deepEqual(reported, ['-a0 included', '-a1 included', '-b0:2 its nonce was used'])
})

test('queued transactions become pending when the head includes the nonce before theirs', async () => {
  const { view, add, show, reset, reported } = makePool()
  await add('a2', 'a3')
  view.nonces.set(a, 2n)
  await reset({ included: 'a0 a1' })
  assert.equal(show(), 'a2 a3 | ')
  assert.deepEqual(reported, ['+a2 a3'])
  // Another head does not change these transactions.
  await reset()
  assert.deepEqual(reported, ['+a2 a3'])
})

test('if a sender can no longer pay, or the gas exceeds a block, the transaction is removed, and later nonces are queued', async () => {
  const { pool, view, add, show, reset, reported } = makePool()
  pool.add(await signed('a0'))
  pool.add(await signed('a1', { value: 10n ** 17n }))
  await add('a2', 'b0')
  pool.add(await signed('b1', { gas: 20_000_000n }))
  pool.add(await signed('b3', { gas: 20_000_000n }))
  reported.length = 0
  view.balances.set(a, 10n ** 17n)
  view.gasLimit = 20_000_000n
  await reset()
  assert.equal(show(), 'a0 b0 | a2')
  assert.deepEqual(reported, [
    '-a1 balance 100000000000000000, 100000000021021000 needed',
    '-b1 gas 20000000, at most 19930000',
    '-b3 gas 20000000, at most 19930000',
  ])
  view.balances.set(a, 10n ** 18n)
  await reset()
  await add('a1')
  assert.equal(show(), 'a0 a1 a2 b0 | ')
})

test('a transaction is removed if its sender cannot pay the L1 fee of the new head', async () => {
  const { view, add, show, reset } = makePool()
  view.balances.set(a, 21_021_000n + 5n)
  view.fee = 5n
  await add('a0')
  await reset()
  assert.equal(show(), 'a0 | ')
  view.fee = 6n
  await reset()
  assert.equal(show(), ' | ')
})

test('transactions dropped by a reorg return, even if the transactions that wait for them exceed the limit of the queue', async () => {
  const { view, add, show, reset, reported } = makePool({ queuedPerSender: 2 })
  view.nonces.set(a, 2n)
  await add('a2', 'a3', 'a4', 'a5')
  reported.length = 0
  view.nonces.set(a, 0n)
  // The transactions that wait for a0 and a1 exceed the limit of the queue, but only until a0 and a1 have returned.
  assert.deepEqual(await reset({ dropped: 'a0 a1 b0' }), [])
  assert.equal(show(), 'a0 a1 a2 a3 a4 a5 b0 | ')
  assert.deepEqual(reported, ['+a0 a1 b0'])
})

test('transactions dropped by a reorg do not return if the new blocks include them, and deposits never do', async () => {
  const { pool, view, reset, show } = makePool()
  view.nonces.set(a, 1n)
  const deposit = Uint8Array.of(0x7e, 0xc0)
  const raws = await Promise.all(['a0', 'b0'].map((notation) => signed(notation)))
  assert.deepEqual(
    pool.reset(view, { included: raws.slice(0, 1), dropped: [deposit, ...raws] }),
    [],
  )
  assert.equal(show(), 'b0 | ')
  // Another transaction has used the nonce.
  assert.deepEqual(await reset({ included: 'a0', dropped: 'a0:7' }), [
    'nonce too low: next nonce 1, tx nonce 0',
  ])
})

test('a transaction dropped by a reorg does not replace a newer transaction of the same nonce', async () => {
  const { view, add, show, reset } = makePool()
  view.nonces.set(a, 1n)
  await add('a1', 'b0')
  view.nonces.set(a, 0n)
  assert.deepEqual(await reset({ dropped: 'a0:3 b0:1' }), ['already known'])
  assert.deepEqual(await reset({ dropped: 'a1:50' }), ['replacement transaction underpriced'])
  assert.equal(show(), 'a0:3 a1 b0 | ')
})

test('if a dropped transaction does not return, later nonces wait in the queue, up to its limit', async () => {
  const { view, add, show, reset, reported } = makePool({ queuedPerSender: 2 })
  view.nonces.set(a, 2n)
  await add('a2', 'a3', 'a4')
  reported.length = 0
  view.nonces.set(a, 1n)
  await reset()
  assert.equal(show(), ' | a2 a3')
  assert.deepEqual(reported, ['-a4 its sender has too many queued transactions'])
})

test('a transaction that cannot be executed is dropped, and later nonces wait', async () => {
  const { pool, add, show, reported } = makePool({ queuedPerSender: 2 })
  await add('a0', 'a1', 'a2', 'a3', 'a4')
  reported.length = 0
  const hash = hashTransaction(await signed('a1'))
  pool.drop(hash, 'the sender is a contract')
  assert.equal(show(), 'a0 | a2 a3')
  assert.deepEqual(reported, [
    '-a1 the sender is a contract',
    '-a4 its sender has too many queued transactions',
  ])
  pool.drop(hash, 'it is not there')
  assert.equal(pool.pendingNonce(a), 1n)
  assert.equal(reported.length, 2)
})

test('a listener that throws does not corrupt the pool, and a removed listener is not called', async () => {
  const { pool, add, show } = makePool()
  const heard: number[] = []
  const end = pool.subscribe({ pending: ({ length }) => heard.push(length) })
  const stop = pool.subscribe({
    pending: () => {
      throw new Error('a listener')
    },
  })
  await assert.rejects(add('a0'), { message: 'a listener' })
  end()
  stop()
  await add('a1')
  assert.equal(show(), 'a0 a1 | ')
  assert.deepEqual(heard, [1])
})
