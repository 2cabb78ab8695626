import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { l1BlockAddress } from '#protocol/derivation/predeploys.ts'
import { PendingWorld } from '#test/fakes/pending-world.ts'
import { maxSyncWaitsOfClient } from './sync-waits.ts'

/** The hash of a transaction. */
const hashOf = (raw: Uint8Array) => toHash(keccak256(raw))

/** A transaction with its logs. */
interface FullTransaction {
  readonly hash: string
  readonly logs: readonly { readonly topics: unknown }[]
}

/** Calls with `pending`, and the same calls for the head of a client. */
function questions(senders: readonly string[], contracts: readonly string[]) {
  const call = { to: l1BlockAddress, data: '0x8381f58a' }
  const calls: [method: string, params: readonly unknown[]][] = [
    ['eth_getBlockByNumber', ['B', true]],
    ['eth_getBlockByNumber', ['B', false]],
    ['eth_getHeaderByNumber', ['B']],
    ['eth_getBlockTransactionCountByNumber', ['B']],
    ['eth_getTransactionByBlockNumberAndIndex', ['B', '0x0']],
    // Before this index, the block below has such a transaction, and the prefix has not.
    ['eth_getTransactionByBlockNumberAndIndex', ['B', '0x1']],
    ['eth_getUncleCountByBlockNumber', ['B']],
    ['eth_getBlockReceipts', ['B']],
    ['eth_getStorageAt', [l1BlockAddress, '0x0', 'B']],
    ['eth_getProof', [l1BlockAddress, ['0x0'], 'B']],
    ['eth_call', [call, 'B']],
    ['eth_estimateGas', [call, 'B']],
    ['eth_createAccessList', [call, 'B']],
    ['eth_getLogs', [{ fromBlock: 'B', toBlock: 'B' }]],
    ['eth_getLogs', [{ fromBlock: '0x5', toBlock: 'B' }]],
  ]
  for (const address of senders) {
    calls.push(['eth_getBalance', [address, 'B']], ['eth_getTransactionCount', [address, 'B']])
    calls.push(['eth_estimateGas', [{ from: address, to: address }, 'B']])
  }
  for (const address of contracts)
    calls.push(['eth_getCode', [address, 'B']], ['eth_getStorageAt', [address, '0x0', 'B']])
  return calls
}

/** A value in which the word B is replaced. */
const inPlace = (params: readonly unknown[], block: string) =>
  JSON.parse(JSON.stringify(params).replaceAll('"B"', `"${block}"`)) as unknown[]

test('at each index, pending answers as the block that is sealed up to this index', async (t) => {
  const world = await PendingWorld.start(t)
  const { block } = world.engine
  const receipts = (await world.atSealed(block, 'eth_getBlockReceipts', 'latest')) as {
    readonly from: string
    readonly to: string | null
    readonly contractAddress: string | null
  }[]
  const senders = [...new Set(receipts.map(({ from }) => from))]
  const contracts = receipts.flatMap(({ to, contractAddress }) => to ?? contractAddress ?? [])
  const payloadId = await world.begin()
  const seen: number[] = []
  for (const added of [0, 1, 1, 1]) {
    if (added > 0) await world.nextIndex(added)
    const { prefix } = world
    seen.push(prefix.transactions.length)
    for (const [method, params] of questions(senders, contracts)) {
      const got = await world.result(method, ...inPlace(params, 'pending'))
      const want = await world.atSealed(prefix, method, ...inPlace(params, 'latest'))
      assert.deepEqual(got, want, `${method} ${JSON.stringify(params)}`)
    }
    for (const [at, raw] of block.transactions.entries())
      for (const method of ['eth_getTransactionReceipt', 'eth_getTransactionByHash']) {
        const isIncluded = at < prefix.transactions.length
        const want = isIncluded ? await world.atSealed(prefix, method, hashOf(raw)) : null
        assert.deepEqual(await world.result(method, hashOf(raw)), want)
      }
  }
  assert.deepEqual(seen, [1, 2, 3, 4])
  const sealed = await world.finish(payloadId)
  assert.deepEqual(
    await world.result('eth_getBlockByNumber', 'pending', false),
    await world.result('eth_getBlockByNumber', 'latest', false),
  )
  assert.equal(sealed.blockHash, world.prefix.blockHash)
})

test('subscribers get each flashblock: the block, its new transactions, and their logs', async (t) => {
  const world = await PendingWorld.start(t)
  const blocks = await world.subscribe('newFlashblocks')
  const logs = await world.subscribe('pendingLogs')
  const noLogs = await world.subscribe('pendingLogs', { address: l1BlockAddress })
  const hashes = await world.subscribe('newFlashblockTransactions')
  const transactions = await world.subscribe('newFlashblockTransactions', true)
  const payloadId = await world.begin()
  for (const added of [1, 0, 2]) await world.nextIndex(added)
  const sealed = await world.finish(payloadId)
  const want = (await world.result('eth_getBlockByNumber', 'latest', true)) as {
    readonly transactions: readonly object[]
  }
  const receipts = (await world.result('eth_getBlockReceipts', 'latest')) as {
    readonly logs: readonly object[]
  }[]
  assert.equal(blocks.length, 4)
  assert.deepEqual(blocks.at(-1), want)
  assert.deepEqual(hashes, sealed.transactions.map(hashOf))
  // Within the block, the block hash differs from that of the whole block.
  const parts = (list: unknown) =>
    (list as readonly FullTransaction[]).map(({ hash, logs: own }) => ({
      hash,
      topics: own.map(({ topics }) => topics),
    }))
  assert.deepEqual(
    parts(transactions),
    parts(want.transactions.map((transaction, at) => ({ ...transaction, ...receipts[at] }))),
  )
  assert.equal(logs.length, 2)
  assert.deepEqual(noLogs, [])
})

test('subscribers to the canonical chain get the headers of its blocks, and their logs', async (t) => {
  const world = await PendingWorld.start(t)
  const heads = await world.subscribe('newHeads')
  const logs = await world.subscribe('logs', {})
  const others = await world.subscribe('logs', { address: l1BlockAddress })
  const payloadId = await world.begin()
  await world.nextIndex(3)
  assert.deepEqual([heads, logs], [[], []])
  await world.finish(payloadId)
  assert.deepEqual(heads, [await world.result('eth_getHeaderByNumber', 'latest')])
  assert.equal(logs.length, 2)
  assert.deepEqual(logs, await world.result('eth_getLogs', { fromBlock: '0x9', toBlock: '0x9' }))
  assert.deepEqual(others, [])
})

test('a transaction that is sent is answered with the receipt of its flashblock', async (t) => {
  const world = await PendingWorld.start(t)
  const payloadId = await world.begin()
  const [first, second] = world.engine.users
  const raw = (bytes: Uint8Array = assert.fail()) => `0x${Buffer.from(bytes).toString('hex')}`
  const sent = world.result('eth_sendRawTransactionSync', raw(first))
  await world.nextIndex(1)
  const receipt = (await sent) as { readonly transactionHash: string; readonly blockHash: string }
  assert.equal(receipt.transactionHash, hashOf(first ?? assert.fail()))
  assert.equal(receipt.blockHash, world.prefix.blockHash)
  // When the time is over, the answer is an error with the hash.
  const late = world.ask('eth_sendRawTransactionSync', raw(second), 300)
  await world.pass(400)
  const { error } = await late
  assert.equal(error?.code, 4)
  assert.equal(error.data, hashOf(second ?? assert.fail()))
  await world.finish(payloadId)
})

test('without flashblocks, a transaction that is sent is answered with the receipt of its block', async (t) => {
  const world = await PendingWorld.start(t)
  const [first = assert.fail()] = world.engine.users
  const sent = world.result('eth_sendRawTransactionSync', `0x${Buffer.from(first).toString('hex')}`)
  await world.pass(100)
  await world.engine.insert(world.engine.block)
  await world.pass(100)
  assert.deepEqual(await sent, await world.result('eth_getTransactionReceipt', hashOf(first)))
  assert.equal(((await sent) as { readonly blockNumber: string }).blockNumber, '0x9')
})

test('the calls that wait for receipts are limited for each client', async (t) => {
  const world = await PendingWorld.start(t)
  const [first = assert.fail()] = world.engine.users
  const raw = `0x${Buffer.from(first).toString('hex')}`
  world.engine.client.intercept = ({ method }) =>
    method === 'eth_sendRawTransaction' ? hashOf(first) : undefined
  const waiting = Array.from({ length: maxSyncWaitsOfClient }, () =>
    world.ask('eth_sendRawTransactionSync', raw, 1_000),
  )
  await world.pass(10)
  const { error } = await world.ask('eth_sendRawTransactionSync', raw, 1_000)
  assert.equal(error?.code, -32_005)
  await world.pass(1_000)
  const codes = (await Promise.all(waiting)).map((answer) => answer.error?.code)
  assert.deepEqual(new Set(codes), new Set([4]))
  // Each wait that ends makes room for another one.
  const again = world.ask('eth_sendRawTransactionSync', raw, 10)
  await world.pass(20)
  assert.equal((await again).error?.code, 4)
})

test('without flashblocks for two block times, and without a prefix in the client, pending is the latest block', async (t) => {
  const world = await PendingWorld.start(t)
  const numberOf = async () => {
    const block = await world.result('eth_getBlockByNumber', 'pending', false)
    return Number((block as { readonly number: string }).number)
  }
  const status = async () =>
    (await world.result('atoll_pendingStatus')) as {
      readonly prefix: { readonly index: number } | null
      readonly ageMs: number
      readonly isStale: boolean
    }
  assert.deepEqual(await world.result('op_supportedCapabilities'), ['flashblocksv1'])
  assert.equal(await numberOf(), 8)
  assert.equal((await status()).ageMs, null)
  await world.begin()
  await world.nextIndex(1)
  assert.equal(await numberOf(), 9)
  assert.equal((await status()).prefix?.index, 1)
  // The engine makes further indices until its block is sealed. Here none arrives, since the client no longer answers.
  world.engine.client.intercept = ({ method }) => {
    if (method.startsWith('engine_')) return new Promise(() => undefined)
    return undefined
  }
  await world.pass(3_500)
  assert.equal(await numberOf(), 9)
  await world.pass(1_000)
  const { isStale, prefix } = await status()
  assert.deepEqual([await numberOf(), isStale, prefix], [8, true, null])
})

test('a flashblock of another builder is pending when the execution client has executed it', async (t) => {
  const builder = await PendingWorld.start(t)
  const payloadId = await builder.begin()
  for (const added of [1, 2]) await builder.nextIndex(added)
  const sealed = await builder.finish(payloadId)
  const { published } = builder.engine
  const standby = await PendingWorld.start(t)
  const hashes = await standby.subscribe('newFlashblockTransactions')
  const shown = async () => {
    const block = await standby.result('eth_getBlockByNumber', 'pending', false)
    return (block as { readonly hash: string }).hash
  }
  const canonical = await shown()
  // The execution client does not answer for a time, as if it executed.
  const held = Promise.withResolvers<void>()
  standby.engine.client.intercept = async ({ method }) => {
    if (method.startsWith('engine_newPayload')) await held.promise
    return undefined
  }
  const [first = assert.fail(), ...others] = published
  await standby.engine.receiveFlashblock(first)
  assert.equal(await shown(), canonical)
  held.resolve()
  await standby.pass(100)
  assert.equal(await shown(), first.flashblock.diff.blockHash)
  for (const flashblock of others) await standby.engine.receiveFlashblock(flashblock)
  await standby.pass(100)
  assert.equal(await shown(), sealed.blockHash)
  assert.deepEqual(hashes, sealed.transactions.map(hashOf))
  // A repeat, and a flashblock of an earlier sequencer, change nothing.
  await standby.engine.receiveFlashblock(first)
  await standby.engine.receiveFlashblock(first, 4n)
  assert.equal(await shown(), sealed.blockHash)
  const metrics = await standby.registry.metrics()
  assert.match(metrics, /flashblocks_total\{outcome="stale-epoch"\} 1$/mu)
  assert.match(metrics, /flashblocks_total\{outcome="applied"\} 3$/mu)
})

test('a flashblock is pending at once when the engine signals that it was executed', async (t) => {
  const builder = await PendingWorld.start(t)
  await builder.begin()
  const [first = assert.fail()] = builder.engine.published
  const standby = await PendingWorld.start(t)
  // What rpc asks by itself is not answered, so that only the signal is left.
  standby.engine.client.intercept = ({ method }) =>
    method === 'eth_getBlockTransactionCountByHash' ? new Promise(() => undefined) : undefined
  await standby.engine.receiveFlashblock(first)
  const block = await standby.result('eth_getBlockByNumber', 'pending', false)
  assert.equal((block as { readonly hash: string }).hash, first.flashblock.diff.blockHash)
})

test('after the execution client has lost the prefix, pending is the latest block', async (t) => {
  const world = await PendingWorld.start(t)
  await world.begin()
  await world.nextIndex(1)
  const { client, record } = world.engine
  client.wipe()
  const blocks = record.l2.slice(1, 9).map(({ block }) => block)
  await client.fetch(record.config, blocks)
  const head = blocks.at(-1)?.blockHash ?? assert.fail()
  client.chain.choose({ head, safe: undefined, finalized: undefined })
  for (const [method, params] of questions([], [l1BlockAddress]))
    // The logs of the canonical chain remain; the others belong to the lost block.
    if (method !== 'eth_getLogs')
      assert.deepEqual(
        await world.result(method, ...inPlace(params, 'pending')),
        await world.result(method, ...inPlace(params, 'latest')),
        method,
      )
})

test('eth_sendRawTransactionSync refuses a timeout that is malformed or out of bounds', async (t) => {
  const world = await PendingWorld.start(t)
  const range = /want a timeout from 1 to 6000 milliseconds/u
  for (const [params, flaw] of [
    [['0x', 0], range],
    [['0x', 6_001], range],
    [['0x', '0x1771'], range],
    [['0x', 1.5], range],
    [['0x', {}], /invalid argument 1/u],
    [[], /missing value for required argument 0/u],
  ] as const) {
    const { error } = await world.ask('eth_sendRawTransactionSync', ...params)
    assert.equal(error?.code, -32_602)
    assert.match(error.message, flaw)
  }
  // Within the bounds, the execution client refuses the transaction.
  for (const timeout of [1, 6_000, '0x1770', null])
    assert.equal(
      (await world.ask('eth_sendRawTransactionSync', '0x', timeout)).error?.code,
      -32_000,
    )
})

test('errors of the execution client, and methods that rpc does not have, are passed on', async (t) => {
  const world = await PendingWorld.start(t)
  await world.begin()
  const codes = async (method: string, ...params: readonly unknown[]) =>
    (await world.ask(method, ...params)).error?.code
  assert.equal(await world.result('eth_chainId'), '0x391')
  assert.equal(await world.result('eth_blockNumber'), '0x8')
  assert.equal(await codes('eth_getBalance', 'no address', 'pending'), -32_602)
  assert.equal(await codes('eth_sendRawTransactionSync', '0x'), -32_000)
  assert.equal(await codes('engine_getPayloadV4', '0x'), -32_601)
  assert.equal(await codes('op_supportedCapabilities', 1), -32_602)
  assert.equal(await codes('eth_subscribe', 'newPendingTransactions'), -32_602)
  assert.equal(await codes('eth_subscribe', 'newHeads', true), -32_602)
  assert.equal(await codes('eth_subscribe', 'newFlashblocks', true), -32_602)
  assert.equal(await codes('eth_subscribe', 'newFlashblockTransactions', 'yes'), -32_602)
  assert.equal(await codes('eth_subscribe', 'pendingLogs', { topics: 7 }), -32_602)
})

test('without --execution-rpc-pass-on, only the methods with pending are answered', async (t) => {
  const world = await PendingWorld.start(t, { passesOn: false })
  assert.equal((await world.ask('eth_chainId')).error?.code, -32_601)
  assert.notEqual(await world.result('eth_getBlockByNumber', 'pending', false), null)
})
