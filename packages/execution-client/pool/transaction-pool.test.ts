import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex, fromHex } from '#protocol/codec/hex.ts'
import { hardforksAt } from '#protocol/chains/hardforks.ts'
import {
  addressOf,
  type FakeView,
  keyOf,
  makePool,
  notate,
  poolChainId,
  signed,
} from '#test/fakes/pool-world.ts'
import { hashTransaction } from './pooled-transaction.ts'

const to = `0x${'22'.repeat(20)}` as const
const eoa = { to, chainId: poolChainId, nonce: 0, gas: 100_000n } as const

test('a transaction is pending at the nonce of its account and queued after a gap', async () => {
  const { pool, add, show, reported } = makePool()
  await add('a0', 'b1', 'a2')
  assert.equal(show(), 'a0 | a2 b1')
  assert.deepEqual(pool.status(), { pending: 1, queued: 2 })
  assert.equal(pool.pendingNonce(addressOf('a')), 1n)
  assert.equal(pool.pendingNonce(addressOf('b')), 0n)
  assert.equal(pool.pendingNonce(addressOf('c')), 0n)
  assert.deepEqual(reported, ['+a0'])
})

test('a transaction that fills a nonce gap makes all queued transactions of its sender pending, with one notification', async () => {
  const { pool, add, show, reported } = makePool()
  await add('a3', 'a1', 'a2', 'a5')
  assert.equal(show(), ' | a1 a2 a3 a5')
  await add('a0')
  assert.equal(show(), 'a0 a1 a2 a3 | a5')
  assert.deepEqual(reported, ['+a0 a1 a2 a3'])
  const { pending, queued } = pool.contentFrom(addressOf('a'))
  assert.equal(notate(pending), 'a0 a1 a2 a3')
  assert.equal(notate(queued), 'a5')
  assert.deepEqual(pool.contentFrom(addressOf('b')), { pending: [], queued: [] })
})

test('a transaction is found by its hash, and keeps its own copy of the bytes', async () => {
  const { pool } = makePool()
  const raw = Uint8Array.from(await signed('a0'))
  const hash = pool.add(raw)
  raw.fill(0)
  assert.equal(hash, hashTransaction(await signed('a0')))
  assert.deepEqual(pool.get(hash)?.raw, await signed('a0'))
  assert.equal(pool.get(hashTransaction(raw)), undefined)
})

test('each transaction type that users may send is accepted', async () => {
  const { pool, view } = makePool()
  const sign = keyOf('a').signTransaction
  const authorizationList = [
    await keyOf('b').signAuthorization({ address: to, chainId: poolChainId, nonce: 0 }),
  ]
  const fees = { maxFeePerGas: 20n, maxPriorityFeePerGas: 1n }
  for (const [at, raw] of [
    await sign({ ...eoa, type: 'legacy', gasPrice: 20n }),
    await sign({ ...eoa, type: 'eip2930', gasPrice: 20n, nonce: 1 }),
    await sign({ ...eoa, type: 'eip1559', ...fees, nonce: 2 }),
    await sign({ ...eoa, type: 'eip7702', ...fees, nonce: 3, authorizationList }),
  ].entries()) {
    pool.add(fromHex(raw))
    assert.equal(pool.pendingNonce(addressOf('a')), BigInt(at + 1))
  }
  assert.equal(view.account(addressOf('a')).nonce, 0n)
})

const funds = 10n ** 18n
const cost = 1_001n * 21_000n
const set = (change: (view: FakeView) => void) => change
const isthmus = hardforksAt({ isthmus: 0n }, 1n)
const holocene = hardforksAt({ holocene: 0n }, 1n)
const legacy = keyOf('a').signTransaction({
  ...eoa,
  chainId: undefined,
  type: 'legacy',
  gasPrice: 20n,
} as const)
const setCode = async () => {
  const address = to
  const authorization = await keyOf('b').signAuthorization({ address, chainId: 901, nonce: 0 })
  return keyOf('a').signTransaction({
    ...eoa,
    type: 'eip7702',
    maxFeePerGas: 20n,
    maxPriorityFeePerGas: 1n,
    authorizationList: [authorization],
  })
}
/** A transaction with a high `s`, the last field of its signature. */
const withHighS = async () => {
  const raw = await signed('a0')
  const bytes = Uint8Array.from(raw)
  bytes.set(fromHex(`0x${'ff'.repeat(16)}`), bytes.length - 32)
  return bytes
}

for (const [name, raw, message, prepare] of [
  ['a deposit', '0x7ec0', /^transaction type not supported$/],
  ['a blob transaction', '0x03c0', /^transaction type not supported$/],
  ['an unknown type', '0x05c0', /^transaction type not supported: type 5$/],
  ['a transaction of no bytes', '0x', /^transaction cannot be decoded: 0 bytes$/],
  ['nonsense', '0x02c0', /^transaction cannot be decoded: 0 fields/],
  ['a string', '0x80ff', /^transaction cannot be decoded/],
  [
    'a type 4 transaction before Isthmus',
    setCode(),
    /^transaction type not supported: type 4 rejected, pool not yet in Prague$/,
    set((view) => (view.forks = holocene)),
  ],
  [
    'a transaction of more than 128 KiB',
    toHex(new Uint8Array(131_073).fill(2)),
    /^oversized data: transaction size 131073, limit 131072$/,
  ],
  [
    'init code above the size limit',
    signed('a0', { to: undefined, data: `0x${'00'.repeat(49_153)}`, gas: 5_000_000n }),
    /^max initcode size exceeded: code size 49153 limit 49152$/,
  ],
  [
    'more gas than fits in a block',
    signed('a0', { gas: 30_000_000n - 69_999n }),
    /^exceeds block gas limit$/,
  ],
  [
    'more gas than the limit of Osaka',
    signed('a0', { gas: 16_777_217n }),
    /^transaction gas limit too high: cap 16777216, tx 16777217$/,
    set((view) => (view.maxTransactionGas = 16_777_216n)),
  ],
  [
    'a tip above the fee cap',
    signed('a0:20', { feeCap: 19n }),
    /^max priority fee per gas higher than max fee per gas$/,
  ],
  [
    'the chain id of another chain',
    signed('a0', { chainId: 10 }),
    /^invalid sender: invalid chain id for signer: have 10 want 901$/,
  ],
  [
    'a signature with a high value of s',
    withHighS(),
    /^invalid sender: invalid transaction v, r, s values$/,
  ],
  [
    'less than the intrinsic gas',
    signed('a0', { gas: 20_999n }),
    /^intrinsic gas too low: gas 20999, minimum needed 21000$/,
  ],
  [
    'less gas than the floor for its data',
    signed('a0', { data: `0x${'11'.repeat(1_000)}`, gas: 60_999n }),
    /^insufficient gas for floor data gas cost: gas 60999, minimum needed 61000$/,
    set((view) => (view.forks = isthmus)),
  ],
  [
    'a tip below the minimum',
    signed('a0:0'),
    /^transaction gas price below minimum: gas tip cap 0, minimum needed 1$/,
  ],
  [
    'a nonce that was used',
    signed('a6'),
    /^nonce too low: next nonce 7, tx nonce 6$/,
    set((view) => view.nonces.set(addressOf('a'), 7n)),
  ],
  [
    'a cost above the balance of its sender',
    signed('a0', { value: funds - cost + 1n }),
    new RegExp(
      `^insufficient funds for gas \\* price \\+ value: balance ${funds}, tx cost ${funds + 1n}, overshot 1$`,
    ),
  ],
  [
    'a cost that exceeds the balance by the L1 fee',
    signed('a0', { value: funds - cost }),
    new RegExp(
      `^insufficient funds for gas \\* price \\+ value: balance ${funds}, tx cost ${funds + 5n}, overshot 5$`,
    ),
    set((view) => (view.fee = 5n)),
  ],
] as const) {
  test(`a transaction is refused: ${name}`, async () => {
    const { pool, view } = makePool()
    prepare?.(view)
    const bytes = await raw
    const add = () => pool.add(typeof bytes === 'string' ? fromHex(bytes) : bytes)
    assert.throws(add, { name: 'PoolRefusal', message })
    assert.deepEqual(pool.status(), { pending: 0, queued: 0 })
  })
}

test('a transaction exactly at a limit is accepted', async () => {
  const { pool, view, add, show } = makePool()
  pool.add(await signed('a0', { gas: 30_000_000n - 70_000n }))
  view.maxTransactionGas = 16_777_216n
  pool.add(await signed('a1', { gas: 16_777_216n }))
  pool.add(await signed('b0', { to: undefined, data: `0x${'00'.repeat(49_152)}`, gas: 5_000_000n }))
  pool.add(await signed('c0', { value: funds - cost }))
  pool.add(await signed('d0', { data: `0x${'00'.repeat(130_900)}`, gas: 6_000_000n }))
  await add('d1')
  assert.equal(show(), 'a0 a1 b0 c0 d0 d1 | ')
})

test('before Canyon the pool does not limit the size of init code', async () => {
  const { pool, view, show } = makePool()
  view.forks = hardforksAt({ regolith: 0n }, 1n)
  const data = `0x${'00'.repeat(49_153)}` as const
  pool.add(await signed('a0', { to: undefined, data, gas: 5_000_000n }))
  assert.equal(show(), 'a0 | ')
})

test('a known transaction is refused; if replay protection is required, so is a transaction without a chain id', async () => {
  const { add } = makePool()
  await add('a0')
  await assert.rejects(add('a0'), { name: 'PoolRefusal', message: 'already known' })
  const strict = makePool({ requiresReplayProtection: true }).pool
  const unprotected = fromHex(await legacy)
  assert.throws(() => strict.add(unprotected), {
    message: 'only replay-protected (EIP-155) transactions allowed over RPC',
  })
  makePool().pool.add(unprotected)
})

test('if a sender cannot pay for all of its pending transactions together, a transaction is refused', async () => {
  const { pool } = makePool()
  const half = funds / 2n
  const add = async (notation: string, value: bigint) => pool.add(await signed(notation, { value }))
  await add('a0', half)
  await assert.rejects(add('a1', half), {
    message: `insufficient funds for gas * price + value: balance ${funds}, queued cost ${half + cost}, tx cost ${half + cost}, overshot ${2n * cost}`,
  })
  await add('a1', half - 2n * cost)
  const bumpedCost = half + 1n + 1_200n * 21_000n
  await assert.rejects(add('a0:200', half + 1n), {
    message: `insufficient funds for gas * price + value: balance ${funds}, queued cost ${funds}, tx bumped ${bumpedCost - half - cost}, overshot ${bumpedCost - half - cost}`,
  })
  await add('a0:200', 1n)
})

for (const [old, replacement, isTaken] of [
  // Both prices are a tenth higher. In the next two cases, first the tip and then the fee cap is 1 wei too low.
  [[100n, 1_000n], [110n, 1_100n], true],
  [[100n, 1_000n], [109n, 1_100n], false],
  [[100n, 1_000n], [110n, 1_099n], false],
  // A tenth is rounded down, but both prices must be higher.
  [[19n, 1_009n], [20n, 1_109n], true],
  [[1n, 10n], [1n, 11n], false],
  [[1n, 10n], [2n, 11n], true],
] as const)
  for (const nonce of [0, 2])
    test(`a ${nonce === 0 ? 'pending' : 'queued'} transaction of tip/fee cap ${old.join('/')} is ${isTaken ? '' : 'not '}replaced by ${replacement.join('/')}`, async () => {
      const { pool, reported } = makePool()
      const price = ([tip, feeCap]: readonly [bigint, bigint]) =>
        signed(`a${nonce}:${tip}`, { feeCap })
      const first = pool.add(await price(old))
      const second = await price(replacement)
      if (!isTaken) {
        const message = 'replacement transaction underpriced'
        assert.throws(() => pool.add(second), { name: 'PoolRefusal', message })
        assert.notEqual(pool.get(first), undefined)
        return
      }
      pool.add(second)
      assert.equal(pool.get(first), undefined)
      const count = pool.status()
      assert.deepEqual(count, nonce === 0 ? { pending: 1, queued: 0 } : { pending: 0, queued: 1 })
      assert.equal(reported.filter((line) => line.startsWith('+')).length, nonce === 0 ? 2 : 0)
    })

test('an account with an EIP-7702 delegation has at most one transaction, without a nonce gap', async () => {
  const { pool, view, add, show } = makePool()
  view.codes.set(addressOf('a'), new Uint8Array(23))
  const gap = { message: 'gapped-nonce tx from delegated accounts' }
  await assert.rejects(add('a1'), gap)
  await add('a0')
  const limit = { message: 'in-flight transaction limit reached for delegated accounts' }
  await assert.rejects(add('a1'), limit)
  await add('a0:200')
  assert.equal(show(), 'a0:200 | ')
  // The limit also applies to account b, whose code a transaction in the pool sets.
  pool.add(fromHex(await keyOf('c').signTransaction(await setCodeOfB(0))))
  await assert.rejects(add('b1'), gap)
  await add('b0')
  await assert.rejects(add('b1'), limit)
  // After the transaction that sets the code of b is dropped, the limit no longer applies to b.
  pool.drop(pool.contentFrom(addressOf('c')).pending[0]?.hash ?? assert.fail(), 'a test')
  await add('b1')
  // An account with two transactions cannot be delegated.
  const raw = fromHex(await keyOf('c').signTransaction(await setCodeOfB(0)))
  assert.throws(() => pool.add(raw), { message: 'authority already reserved' })
})

async function setCodeOfB(nonce: number) {
  const authorization = { address: to, chainId: poolChainId, nonce: 0 }
  return {
    ...eoa,
    nonce,
    type: 'eip7702',
    maxFeePerGas: 20n,
    maxPriorityFeePerGas: 1n,
    authorizationList: [await keyOf('b').signAuthorization(authorization)],
  } as const
}

test('if the queue of a sender is full, a transaction with an earlier nonce replaces the transaction with the last nonce', async () => {
  const { add, show, reported } = makePool({ queuedPerSender: 2 })
  await add('a4', 'a6')
  await assert.rejects(add('a7'), { message: 'account limit exceeded: pooled 2 txs' })
  await add('a5', 'a3')
  assert.equal(show(), ' | a3 a4')
  assert.deepEqual(reported, [
    '-a6 its sender has too many queued transactions',
    '-a5 its sender has too many queued transactions',
  ])
  await add('a0')
  assert.equal(show(), 'a0 | a3 a4')
})

test('if a sender has the maximum of pending transactions, further transactions wait in the queue', async () => {
  const { view, add, show, reset } = makePool({ pendingPerSender: 2, queuedPerSender: 2 })
  await add('a0', 'a1', 'a2', 'a3')
  assert.equal(show(), 'a0 a1 | a2 a3')
  await assert.rejects(add('a4'), { message: 'account limit exceeded: pooled 4 txs' })
  view.nonces.set(addressOf('a'), 1n)
  await reset({ included: 'a0' })
  assert.equal(show(), 'a1 a2 | a3')
})
