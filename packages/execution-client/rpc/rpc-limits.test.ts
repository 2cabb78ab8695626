import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import { TransactionPool } from '#execution-client/pool/transaction-pool.ts'
import { poolViewOf } from '#execution-client/pool/pool-view.ts'
import {
  addBlock,
  createStore,
  deposit,
  openChain,
  setSlot,
  slotKey,
  storeAddress,
} from '#test/fakes/execution-chain.ts'
import { blockMethods } from './block-methods.ts'
import { callJson } from './call-json.ts'
import { feeMethods, maxHistoryBlocks, maxPercentiles } from './fee-methods.ts'
import { logMethods, maxFilterWords, maxLogBlocks } from './log-methods.ts'
import { poolMethods } from './pool-methods.ts'
import { Simulator } from './simulate.ts'
import { maxProofSlots, stateMethods } from './state-methods.ts'

const noSubscriptions = {
  subscribe: () => assert.fail('nothing is subscribed to'),
  unsubscribe: () => false,
}

/** The methods on a small chain with a storage contract, which has a value in slot 1. */
async function opened() {
  const chain = openChain()
  const first = await addBlock(chain, chain.genesis, [createStore(1)])
  const second = await addBlock(chain, first, [setSlot(2, 1, 42)])
  chain.choose({ head: second.hash, safe: first.hash, finalized: undefined })
  const { header } = chain.head
  const view = poolViewOf(
    chain.config,
    { header, trie: chain.state(chain.head).trie },
    chain.source,
  )
  const table = {
    ...blockMethods(chain),
    ...stateMethods(chain, new Simulator(chain)),
    ...feeMethods(chain),
    ...logMethods(chain),
    ...poolMethods(chain, new TransactionPool(view)),
  }
  const call = async (method: string, ...params: readonly unknown[]): Promise<unknown> =>
    (table[method] ?? assert.fail(method))(params, noSubscriptions)
  return { chain, call }
}

test('blocks are found by label, number and hash', async () => {
  const { chain, call } = await opened()
  const numberOf = async (which: unknown) =>
    ((await call('eth_getBlockByNumber', which, false)) as { number: string } | null)?.number
  assert.equal(await numberOf('latest'), '0x2')
  assert.equal(await numberOf('pending'), '0x2')
  assert.equal(await numberOf('safe'), '0x1')
  assert.equal(await numberOf('finalized'), undefined)
  assert.equal(await numberOf('earliest'), '0x0')
  assert.equal(await numberOf('0x3'), undefined)
  const balance = (which: unknown) => call('eth_getBalance', storeAddress, which)
  assert.equal(await balance({ blockHash: chain.head.hash, requireCanonical: true }), '0x0')
  const side = await addBlock(chain, chain.genesis, [setSlot(9, 1, 1)])
  assert.equal(await balance({ blockHash: side.hash }), '0x0')
  await assert.rejects(balance({ blockHash: side.hash, requireCanonical: true }), {
    message: /not currently canonical/,
  })
  await assert.rejects(balance('0x63'), { message: 'header not found' })
})

test('a storage slot is read at the given block, and the key may be short or 32 bytes long', async () => {
  const { call } = await opened()
  const word = (value: number) => slotKey(value)
  assert.equal(await call('eth_getStorageAt', storeAddress, '0x1', 'latest'), word(42))
  assert.equal(await call('eth_getStorageAt', storeAddress, slotKey(1), 'latest'), word(42))
  assert.equal(await call('eth_getStorageAt', storeAddress, '0x1', '0x1'), word(0))
})

test('a proof has a limit on the number of slots', async () => {
  const { call } = await opened()
  const keys = Array.from({ length: maxProofSlots }, (_, at) => slotKey(at))
  const proof = (await call('eth_getProof', storeAddress, keys, 'latest')) as {
    storageProof: unknown[]
  }
  assert.equal(proof.storageProof.length, maxProofSlots)
  await assert.rejects(call('eth_getProof', storeAddress, [...keys, slotKey(9_999)], 'latest'), {
    code: -32_602,
  })
})

test('a fee history ends at the genesis, and its percentiles are limited and ascending', async () => {
  const { call } = await opened()
  const ask = (count: unknown, percentiles: readonly number[]) =>
    call('eth_feeHistory', count, 'latest', percentiles) as Promise<{ gasUsedRatio: unknown[] }>
  assert.equal((await ask(`0x${(maxHistoryBlocks + 1n).toString(16)}`, [])).gasUsedRatio.length, 3)
  const many = Array.from({ length: maxPercentiles }, (_, at) => at)
  assert.equal((await ask('0x1', many)).gasUsedRatio.length, 1)
  await assert.rejects(ask('0x1', [...many, 100]), { code: -32_602 })
  await assert.rejects(ask('0x1', [50, 40]), { code: -32_602, message: /must ascend/ })
  await assert.rejects(ask('0x0', []), { code: -32_602 })
})

test('eth_getLogs limits the range of blocks and the number of topic positions', async () => {
  const { chain, call } = await opened()
  // A head far above the genesis. The chain does not have the blocks between them.
  const far = { ...chain.head, header: { ...chain.head.header, number: maxLogBlocks } }
  const ask = (toBlock: string) => call('eth_getLogs', { fromBlock: '0x0', toBlock })
  assert.deepEqual(await ask('latest'), [])
  Object.defineProperty(chain, 'head', { get: () => far })
  await assert.rejects(ask('latest'), { code: -32_602, message: /more than 10000 blocks/ })
  await assert.rejects(call('eth_getLogs', { fromBlock: '0x2', toBlock: '0x1' }), { code: -32_602 })
  await assert.rejects(call('eth_getLogs', { topics: Array.from({ length: 5 }, () => null) }), {
    code: -32_602,
  })
})

test('eth_getLogs limits the addresses, and the topics of each position, and finds no logs above the head', async () => {
  const { call } = await opened()
  const words = Array.from({ length: maxFilterWords + 1 }, (_, at) => slotKey(at))
  const addresses = words.map((word) => `0x${word.slice(26)}`)
  const refused = { code: -32_602, message: /at most 1000/ }
  assert.deepEqual(await call('eth_getLogs', { address: addresses.slice(1) }), [])
  assert.deepEqual(await call('eth_getLogs', { topics: [null, words.slice(1)] }), [])
  await assert.rejects(call('eth_getLogs', { address: addresses }), refused)
  await assert.rejects(call('eth_getLogs', { topics: [null, words] }), refused)
  await assert.rejects(call('eth_getLogs', { topics: [['x']] }), { code: -32_602 })
  assert.deepEqual(await call('eth_getLogs', { fromBlock: '0x3' }), [])
  assert.deepEqual(await call('eth_getLogs', { fromBlock: '0x3', toBlock: '0x9' }), [])
})

test('logs are found by address and by the topics of each position', async () => {
  const { chain, call } = await opened()
  // PUSH1 7, PUSH1 8, PUSH0, PUSH0, LOG2, STOP: its topics are 8 and 7.
  const logged = await addBlock(chain, chain.head, [
    deposit(7, { to: undefined, data: fromHex('0x600760085f5fa200') }),
  ])
  chain.choose({ head: logged.hash, safe: undefined, finalized: undefined })
  const count = async (filter: object) =>
    ((await call('eth_getLogs', { fromBlock: '0x0', ...filter })) as unknown[]).length
  const [seven, eight] = [slotKey(7), slotKey(8)]
  const [log] = (await call('eth_getLogs', {})) as { address: string; topics: unknown }[]
  assert.deepEqual(log?.topics, [eight, seven])
  assert.equal(await count({ address: log?.address }), 1)
  assert.equal(await count({ address: [storeAddress, log?.address], topics: [null, seven] }), 1)
  assert.equal(await count({ topics: [[seven, eight], []] }), 1)
  assert.equal(await count({ topics: [seven] }), 0)
  assert.equal(await count({ topics: [eight, seven, null] }), 0)
  assert.equal(await count({ address: storeAddress }), 0)
})

test('a call uses its overrides, and does not change the state', async () => {
  const { call } = await opened()
  // PUSH1 7, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN
  const code = '0x600760005260206000f3'
  const nobody = `0x${'99'.repeat(20)}`
  const overrides = { [nobody]: { code, balance: '0x5' } }
  assert.equal(await call('eth_call', { to: nobody }, 'latest', overrides), slotKey(7))
  assert.equal(await call('eth_call', { to: nobody }, 'latest'), '0x')
  // SLOAD of slot 1, with an overridden value.
  const load = '0x60015460005260206000f3'
  const stored = { [nobody]: { code: load, stateDiff: { [slotKey(1)]: slotKey(9) } } }
  assert.equal(await call('eth_call', { to: nobody }, 'latest', stored), slotKey(9))
  await assert.rejects(call('eth_call', { to: nobody }, 'latest', overrides, { time: '0x1' }), {
    code: -32_602,
    message: /overrides of the block are not supported/,
  })
  await assert.rejects(call('eth_call', { to: nobody, value: '0x6' }, 'latest', overrides), {
    message: /insufficient funds/,
  })
  await assert.rejects(call('eth_call', { to: nobody, data: '0x01', input: '0x02' }, 'latest'), {
    code: -32_602,
    message: /not equal/,
  })
})

test('the parity of a signature is read from yParity, or from v as 0 and 1 or 27 and 28', () => {
  const authorization = { chainId: '0x1', address: storeAddress, nonce: '0x0', r: '0x1', s: '0x1' }
  for (const [fields, parity] of [
    [{ v: '0x0' }, 0],
    [{ v: '0x1' }, 1],
    [{ v: '0x1b' }, 0],
    [{ v: '0x1c' }, 1],
    [{ yParity: '0x1' }, 1],
  ] as const) {
    const read = callJson.parse({ authorizationList: [{ ...authorization, ...fields }] })
    assert.equal(read.authorizationList?.[0]?.signature.yParity, parity)
  }
})

test('a failed call returns the reason of its revert', async () => {
  const { call } = await opened()
  const nobody = `0x${'99'.repeat(20)}`
  const run = (code: string, data = '0x') =>
    call('eth_call', { to: nobody, data }, 'latest', { [nobody]: { code } })
  await assert.rejects(run('0xfe'), { code: -32_000, message: /invalid opcode/i })
  // CALLDATASIZE, PUSH1 0, PUSH1 0, CALLDATACOPY, CALLDATASIZE, PUSH1 0, REVERT
  const revert = '0x366000600037366000fd'
  await assert.rejects(run(revert), { code: 3, message: 'execution reverted', data: '0x' })
  const text = `0x08c379a0${'20'.padStart(64, '0')}${'2'.padStart(64, '0')}${'6e6f'.padEnd(64, '0')}`
  await assert.rejects(run(revert, text), {
    code: 3,
    message: 'execution reverted: no',
    data: text,
  })
  await assert.rejects(run(revert, `0x4e487b71${'11'.padStart(64, '0')}`), {
    message: /panic code 0x11/,
  })
  // A revert reason whose length field exceeds its data.
  await assert.rejects(run(revert, `0x08c379a0${'20'.padStart(64, '0')}${'f'.repeat(64)}`), {
    code: 3,
  })
})

test('the estimated gas suffices for the call, and 2 % less does not', async () => {
  const { call } = await opened()
  const slot = toHex(new Uint8Array(64).fill(3))
  const params = { to: storeAddress, data: slot }
  const gas = BigInt((await call('eth_estimateGas', params)) as string)
  await call('eth_call', { ...params, gas: `0x${gas.toString(16)}` }, 'latest')
  const less = `0x${((gas * 98n) / 100n).toString(16)}`
  await assert.rejects(call('eth_call', { ...params, gas: less }, 'latest'), {
    message: /out of gas/i,
  })
})

test('missing parameters and parameters of a wrong type are refused with -32602', async () => {
  const { call } = await opened()
  for (const [method, ...params] of [
    ['eth_getBlockByNumber', 'soon'],
    ['eth_getBlockByNumber', 7],
    ['eth_getBlockByHash', '0x00'],
    ['eth_getBalance'],
    ['eth_getBalance', '0x00', 'latest'],
    ['eth_getStorageAt', storeAddress, 'x', 'latest'],
    ['eth_call', null],
    ['eth_call', { to: 7 }],
    ['eth_call', { accessList: [{ address: storeAddress, storageKeys: ['0x01'] }] }],
    ['eth_call', {}, 'latest', { abc: {} }],
    ['eth_call', {}, 'latest', { [storeAddress]: { state: { '0x1': slotKey(1) } } }],
    ['eth_call', {}, 'latest', { [storeAddress]: { stateDiff: { '0x01': slotKey(1) } } }],
    ['eth_sendRawTransaction', 'x'],
    ['eth_getTransactionByHash', '0x12'],
    ['eth_getProof', storeAddress, 'x'],
  ] as const)
    await assert.rejects(
      call(method, ...params),
      { code: -32_602 },
      `${method} ${JSON.stringify(params)}`,
    )
  await assert.rejects(call('eth_sendRawTransaction', '0x7e00'), { code: -32_000 })
})
