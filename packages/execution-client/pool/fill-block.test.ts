import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hardforkNames } from '#protocol/chains/hardforks.ts'
import { fromHex, type Hex, toHex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Address } from '#protocol/primitives.ts'
import { BlockBuilder, executeBlock } from '#execution-client/transition/execute-block.ts'
import { makeChain, makeDeposit } from '#test/fakes/pool-chain.ts'
import { addressOf, keyOf, notate, poolChainId, signed } from '#test/fakes/pool-world.ts'
import { fillBlock, type FillLimits } from './fill-block.ts'
import { poolViewOf } from './pool-view.ts'
import { hashTransaction } from './pooled-transaction.ts'
import type { TransactionPool } from './transaction-pool.ts'

const noLimits: FillLimits = { maxTxDaBytes: 0n, maxBlockDaBytes: 0n, isOver: () => false }

/** Begins a block with its forced transactions; `fill` adds transactions of the pool and returns their names. */
async function begin(
  { executor, parent, attributes, pool }: ReturnType<typeof makeChain>,
  forced: readonly Uint8Array[] = [],
) {
  const builder = await BlockBuilder.begin(executor, parent, attributes)
  for (const raw of [...attributes.transactions, ...forced]) await builder.execution.execute(raw)
  const { transactions } = builder.execution
  const fill = async (limits: Partial<FillLimits> = {}) => {
    const before = transactions.length
    const result = await fillBlock(builder, pool, { ...noLimits, ...limits })
    const added = transactions.slice(before)
    assert.equal(added.length, result.added)
    return [names(added.map(({ raw }) => raw)), result.end] as const
  }
  /** Seals the block, and executes it again as another client would. */
  const seal = async () => {
    const block = builder.seal()
    const raws = transactions.map(({ raw }) => raw)
    const again = await executeBlock(executor, parent, { ...attributes, transactions: raws })
    assert.equal(again.hash, block.hash)
    assert.ok(block.transactions.every(({ receipt }) => receipt.isSuccess))
    return block
  }
  return { builder, fill, seal }
}

/** Bytes that cannot be compressed. */
function noise(bytes: number): Hex {
  const data = new Uint8Array(bytes)
  for (let at = 0; at < bytes; at++) data[at] = keccak256(Uint8Array.of(at >> 8, at))[0] ?? 0
  return toHex(data)
}

const notations = new Map<string, string>()

/** Adds a signed transaction to the pool, and remembers its name. */
async function send(
  pool: TransactionPool,
  wanted: string,
  fields: Parameters<typeof signed>[1] = {},
): Promise<Uint8Array> {
  const raw = await signed(wanted, fields)
  const hash = pool.add(raw)
  notations.set(hash, wanted.split(':')[0] ?? '')
  return raw
}

async function sendAll(pool: TransactionPool, wanted: string): Promise<void> {
  for (const notation of wanted.split(' ')) await send(pool, notation)
}

function names(raws: readonly Uint8Array[]): string {
  return raws.map((raw) => notations.get(hashTransaction(raw)) ?? '?').join(' ')
}

for (const fork of hardforkNames)
  test(`a block of ${fork} with pool transactions in the order of their tips is valid, and the pool follows the block and then a reorg of it`, async () => {
    const chain = makeChain({ fork })
    const { pool, viewOf, source, parent } = chain
    await sendAll(pool, 'a0:2 a1:9 b0:5 c0:7 d1:9')
    const { fill, seal } = await begin(chain)
    assert.deepEqual(await fill(), ['c0 b0 a0 a1', 'no-more'])
    const block = await seal()
    source.put(block.changes)
    const raws = block.transactions.map(({ raw }) => raw)
    assert.deepEqual(pool.reset(viewOf(block), { included: raws, dropped: [] }), [])
    assert.deepEqual(pool.status(), { pending: 0, queued: 1 })
    assert.equal(pool.pendingNonce(addressOf('a')), 2n)
    assert.deepEqual(pool.reset(viewOf(parent), { included: [], dropped: raws }), [])
    assert.deepEqual(pool.status(), { pending: 4, queued: 1 })
    assert.equal(notate(pool.contentFrom(addressOf('a')).pending), 'a0:2 a1:9')
  })

test('a sender who can pay exactly the fees of the next block is accepted', async () => {
  const chain = makeChain()
  const { pool, viewOf, parent } = chain
  const view = viewOf(parent)
  assert.equal(view.baseFeePerGas, 100n)
  const fields = { gas: 21_000n, feeCap: 2_000n }
  const raw = await signed('a0', fields)
  // The minimum size of 100 bytes; each byte costs 5,000 millionths of 16 gwei.
  const l1Fee = (100n * 16n * 5_000n * 1_000_000_000n) / 1_000_000n
  assert.equal(view.l1Fee(raw), l1Fee)
  assert.equal(view.operatorFee(21_000n), 77n)
  const value = 10n ** 18n - 21_000n * 2_000n - l1Fee - 77n
  await assert.rejects(send(pool, 'a0', { ...fields, value: value + 1n }), /overshot 1$/)
  await send(pool, 'a0', { ...fields, value })
  const { fill, seal } = await begin(chain)
  assert.deepEqual(await fill(), ['a0', 'no-more'])
  await seal()
})

test('each transaction type that users may send is executed', async () => {
  const chain = makeChain()
  const { pool } = chain
  const to = `0x${'22'.repeat(20)}` as const
  const common = { chainId: poolChainId, gas: 100_000n, to }
  const fees = { maxFeePerGas: 2_000n, maxPriorityFeePerGas: 1n }
  const accessList = [{ address: to, storageKeys: [`0x${'33'.repeat(32)}`] }] as const
  const authorization = { address: to, chainId: poolChainId, nonce: 0 }
  const authorizationList = [await keyOf('b').signAuthorization(authorization)]
  const sign = keyOf('a').signTransaction
  for (const raw of [
    await sign({ ...common, nonce: 0, type: 'legacy', gasPrice: 2_000n }),
    await sign({ ...common, nonce: 1, type: 'eip2930', gasPrice: 2_000n, accessList }),
    await sign({ ...common, nonce: 2, type: 'eip1559', ...fees }),
    await sign({ ...common, nonce: 3, type: 'eip7702', ...fees, authorizationList }),
  ])
    pool.add(fromHex(raw))
  const { fill, seal } = await begin(chain)
  assert.deepEqual(await fill(), ['? ? ? ?', 'no-more'])
  const block = await seal()
  assert.deepEqual(
    block.transactions.map(({ receipt }) => receipt.type),
    [0x7e, 0, 1, 2, 4],
  )
})

test('a transaction above the remaining gas stays in the pool, and smaller transactions fill the block', async () => {
  // The deposit uses 22,800 gas.
  const chain = makeChain({ gasLimit: 130_000n })
  const { pool } = chain
  await send(pool, 'a0:9', { gas: 50_000n })
  await send(pool, 'b0:8', { gas: 60_000n })
  await send(pool, 'c0:7', { gas: 60_000n })
  await send(pool, 'a1:6', { gas: 50_000n })
  await send(pool, 'a2:5', { gas: 22_000n })
  await sendAll(pool, 'd0:4 d1:4 d2:4')
  const { builder, fill, seal } = await begin(chain)
  // Each transaction uses only 21,000 gas.
  assert.deepEqual(await fill(), ['a0 b0 c0 d0 d1', 'gas-used'])
  assert.ok(builder.execution.gasLeft < 21_000n)
  assert.deepEqual(pool.status(), { pending: 8, queued: 0 })
  await seal()
})

test('a transaction that cannot be executed is dropped with its reason, and filling continues', async () => {
  const chain = makeChain({ contracts: ['b'] })
  const { pool } = chain
  const reported: string[] = []
  pool.subscribe({ removed: (one, reason) => reported.push(`${notate([one])} ${reason}`) })
  await sendAll(pool, 'b0:9 a0:5 a1:5')
  const { builder, fill, seal } = await begin(chain)
  const result = await fillBlock(builder, pool, noLimits)
  assert.deepEqual(result, { added: 2, dropped: 1, end: 'no-more' })
  assert.deepEqual(reported, ['b0:9 the sender is a contract'])
  assert.deepEqual(pool.status(), { pending: 2, queued: 0 })
  assert.deepEqual(await fill(), ['', 'no-more'])
  await seal()
})

test('a transaction that crashes the interpreter is dropped, and the next block is filled without it', async () => {
  const chain = makeChain({ contracts: ['d'] })
  const { pool, source } = chain
  const cause = new Error('the code cannot be read')
  source.code = () => {
    throw cause
  }
  await send(pool, 'a0:9', { to: addressOf('d'), gas: 50_000n })
  await sendAll(pool, 'b0:10 c0:5')
  const { builder } = await begin(chain)
  const { error, ...result } = await fillBlock(builder, pool, noLimits)
  assert.deepEqual(result, { added: 1, dropped: 1, end: 'broken' })
  assert.equal(error?.cause, cause)
  assert.deepEqual(pool.status(), { pending: 2, queued: 0 })
  const { fill, seal } = await begin(chain)
  assert.deepEqual(await fill(), ['b0 c0', 'no-more'])
  await seal()
})

test('filling never drops a transaction because of its nonce, since the head of the pool may be newer than the block', async () => {
  const chain = makeChain()
  const { pool, viewOf, parent } = chain
  await sendAll(pool, 'a0:5 b0:3')
  const head = viewOf(parent)
  const account = (address: Address) => {
    const { nonce, balance } = head.account(address)
    return { balance, nonce: address === addressOf('a') ? nonce + 1n : nonce }
  }
  pool.reset({ ...head, account }, { included: [await signed('a0:5')], dropped: [] })
  await sendAll(pool, 'a1:9')
  const { fill, seal } = await begin(chain)
  assert.deepEqual(await fill(), ['b0', 'no-more'])
  assert.deepEqual(pool.status(), { pending: 2, queued: 0 })
  await seal()
})

test('the pool applies the rules that are active one second after the head', () => {
  const { executor, parent, source } = makeChain()
  for (const [karst, isOn] of [
    [1_001n, true],
    [1_002n, false],
  ] as const) {
    const hardforkTimes = { ...executor.config.hardforkTimes, karst }
    const view = poolViewOf({ ...executor.config, hardforkTimes }, parent, source)
    assert.equal(view.forks.karst, isOn)
    assert.equal(view.maxTransactionGas, isOn ? 16_777_216n : undefined)
    const config = { ...executor.config, hardforkTimes, hasOsakaAtKarst: false }
    assert.equal(poolViewOf(config, parent, source).maxTransactionGas, undefined)
  }
})

test('the size of a block is limited, forced transactions included', async () => {
  const chain = makeChain({ gasLimit: 100_000_000n })
  await sendAll(chain.pool, 'a0:5')
  const gas = 90_000_000n
  const around = makeDeposit(new Uint8Array(7_000_000), gas).length - 7_000_000
  const [attributes] = chain.attributes.transactions
  const others = (attributes?.length ?? 0) + (await signed('a0:5')).length
  for (const [bytes, added] of [
    [7_388_607, 'a0'],
    [7_388_608, ''],
  ] as const) {
    const forced = makeDeposit(new Uint8Array(bytes - others - around), gas)
    const { fill } = await begin(chain, [forced])
    assert.deepEqual(await fill(), [added, 'no-more'])
  }
})

test('transactions that the block already has are skipped', async () => {
  const chain = makeChain()
  const { pool } = chain
  await sendAll(pool, 'a0:5 a1:4 b0:3')
  // The forced transactions are a0 itself, and another transaction with the nonce of b0.
  const { fill, seal } = await begin(chain, [await signed('a0:5'), await signed('b0:9')])
  assert.deepEqual(await fill(), ['a1', 'no-more'])
  assert.deepEqual(pool.status(), { pending: 3, queued: 0 })
  await seal()
})

test('filling ends when the time is over, and continues at the next call', async () => {
  const chain = makeChain()
  const { pool } = chain
  await sendAll(pool, 'a0:9 b0:8 c0:7')
  const { fill, seal } = await begin(chain)
  let asked = 0
  assert.deepEqual(await fill({ isOver: () => ++asked > 2 }), ['a0 b0', 'over'])
  await sendAll(pool, 'd0:9 b1:1')
  assert.deepEqual(await fill(), ['d0 c0 b1', 'no-more'])
  await seal()
})

test('filling yields to other tasks: they can end the filling, and a transaction that they remove is not added', async () => {
  const chain = makeChain()
  const { pool } = chain
  await sendAll(pool, 'a0:9 b0:8 c0:7 d0:6')
  const { fill, seal } = await begin(chain)
  let turns = 0
  let isOver = false
  const other = () => {
    turns++
    if (turns === 2)
      pool.drop(pool.contentFrom(addressOf('b')).pending[0]?.hash ?? assert.fail(), 'a test')
    if (turns === 3) isOver = true
    else setImmediate(other)
  }
  setImmediate(other)
  const [added, end] = await fill({ isOver: () => isOver })
  assert.equal(end, 'over')
  assert.ok(['a0', 'a0 c0'].includes(added), added)
  await seal()
})

test('DA limits apply to one transaction and to the block, and 0 means no limit', async () => {
  const chain = makeChain()
  const { pool } = chain
  const large = { data: noise(600), gas: 60_000n }
  await send(pool, 'a0:9', large)
  await sendAll(pool, 'a1:9 b0:8 c0:7 d0:6')
  const filled = async (limits: Partial<FillLimits>) => {
    const { fill, seal } = await begin(chain)
    const result = await fill(limits)
    await seal()
    return result[0]
  }
  assert.equal(await filled({}), 'a0 a1 b0 c0 d0')
  // Small transactions count as 100 bytes; a1 cannot be added without a0, which is too large.
  assert.equal(await filled({ maxTxDaBytes: 100n }), 'b0 c0 d0')
  assert.equal(await filled({ maxTxDaBytes: 99n }), '')
  assert.equal(await filled({ maxBlockDaBytes: 200n }), 'b0 c0')
  assert.equal(await filled({ maxBlockDaBytes: 299n }), 'b0 c0')
  assert.equal(await filled({ maxTxDaBytes: 100n, maxBlockDaBytes: 300n }), 'b0 c0 d0')
})

test('the DA limit of a block includes the transactions that an earlier call added', async () => {
  const chain = makeChain()
  const { pool } = chain
  await sendAll(pool, 'a0:9 b0:8')
  const { fill, seal } = await begin(chain)
  assert.deepEqual(await fill({ maxBlockDaBytes: 100n }), ['a0', 'no-more'])
  assert.deepEqual(await fill({ maxBlockDaBytes: 199n }), ['', 'no-more'])
  assert.deepEqual(await fill({ maxBlockDaBytes: 200n }), ['b0', 'no-more'])
  await seal()
})

for (const [gasLimit, added] of [
  [120_000n, 'b0 c0 a0'],
  [119_999n, 'b0 c0'],
] as const)
  test(`the DA footprint stays within a gas limit of ${gasLimit}`, async () => {
    const chain = makeChain({ gasLimit, daScalar: 400 })
    const { pool } = chain
    await send(pool, 'd0:99', { data: noise(400), gas: 49_000n })
    await sendAll(pool, 'b0:9 c0:8 a0:7 a1:6')
    const { fill, seal } = await begin(chain)
    assert.deepEqual(await fill(), [added, 'no-more'])
    const { header } = await seal()
    assert.equal(header.blobGasUsed, BigInt(added.split(' ').length) * 40_000n)
  })

test('the block that activates Jovian has only forced transactions', async () => {
  const chain = makeChain({ attributesBytes: 176 })
  await sendAll(chain.pool, 'a0')
  const { fill, seal } = await begin(chain)
  assert.deepEqual(await fill(), ['', 'forced-only'])
  assert.deepEqual(chain.pool.status(), { pending: 1, queued: 0 })
  await seal()
  // Before Jovian, a block whose L1 attributes have this length may have user transactions.
  const before = makeChain({ fork: 'isthmus', attributesBytes: 176 })
  await sendAll(before.pool, 'a0')
  const other = await begin(before)
  assert.deepEqual(await other.fill(), ['a0', 'no-more'])
  await other.seal()
})
