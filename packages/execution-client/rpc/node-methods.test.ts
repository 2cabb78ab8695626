import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, toHash, toHex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { decodeRlpList } from '#protocol/codec/rlp.ts'
import { orderedTrieRoot } from '#protocol/trie/ordered-root.ts'
import { Serial } from '#runtime/serial.ts'
import { addBlock, createStore, deposit, openChain, setSlot } from '#test/fakes/execution-chain.ts'
import { debugMethods, nodeMethods } from './node-methods.ts'

const noSubscriptions = {
  subscribe: () => assert.fail('nothing is subscribed to'),
  unsubscribe: () => false,
}

async function opened() {
  const chain = openChain()
  const first = await addBlock(chain, chain.genesis, [createStore(1)])
  const second = await addBlock(chain, first, [setSlot(2, 1, 42), deposit(3, {})])
  const third = await addBlock(chain, second)
  chain.choose({ head: third.hash, safe: second.hash, finalized: first.hash })
  const daLimits = { maxTransactionBytes: 0n, maxBlockBytes: 0n }
  const table = {
    ...nodeMethods(chain),
    ...debugMethods(chain, { serial: new Serial(), daLimits }),
  }
  const call = async (method: string, ...params: readonly unknown[]): Promise<unknown> =>
    (table[method] ?? assert.fail(method))(params, noSubscriptions)
  return { chain, call, daLimits, blocks: [first, second, third] as const }
}

test('raw headers, blocks and receipts match the block hash and the receipts root', async () => {
  const { call, blocks } = await opened()
  const [, second] = blocks
  const { hash, header } = second
  const raw = fromHex((await call('debug_getRawHeader', hash)) as string)
  assert.equal(toHash(keccak256(raw)), hash)
  const [inBlock, transactions, uncles, withdrawals] = decodeRlpList(
    fromHex((await call('debug_getRawBlock', '0x2')) as string),
  )
  assert.deepEqual(inBlock, decodeRlpList(raw))
  assert.deepEqual([transactions?.length, uncles, withdrawals], [2, [], []])
  const receipts = (await call('debug_getRawReceipts', '0x2')) as string[]
  assert.equal(toHex(orderedTrieRoot(receipts.map(fromHex))), header.receiptsRoot)
  const bytes = setSlot(2, 1, 42)
  assert.equal(await call('debug_getRawTransaction', toHex(keccak256(bytes))), toHex(bytes))
})

test('debug_setHead lowers the head, and the safe and finalized block with it', async () => {
  const { call, chain, blocks } = await opened()
  const [first, second] = blocks
  await call('debug_setHead', '0x2')
  assert.deepEqual(
    [chain.head.hash, chain.safe?.hash, chain.finalized?.hash],
    [second.hash, second.hash, first.hash],
  )
  await call('debug_setHead', '0x0')
  assert.deepEqual([chain.head.header.number, chain.safe?.hash], [0n, chain.genesis.hash])
  await assert.rejects(call('debug_setHead', '0x2'), { code: -32_000 })
})

test('miner_setMaxDASize sets the DA limits of a transaction and a block', async () => {
  const { call, daLimits } = await opened()
  assert.equal(await call('miner_setMaxDASize', '0x10', '0x20'), true)
  assert.deepEqual(daLimits, { maxTransactionBytes: 16n, maxBlockBytes: 32n })
  await assert.rejects(call('miner_setMaxDASize', 'much', '0x20'), { code: -32_602 })
})

test('the client reports its chain id, network, version and sync state', async () => {
  const { call } = await opened()
  assert.equal(await call('eth_chainId'), '0x385')
  assert.equal(await call('net_version'), '901')
  assert.equal(await call('eth_syncing'), false)
  assert.match((await call('web3_clientVersion')) as string, /^atoll\/execution-client\//)
  assert.equal(await call('web3_sha3', '0x'), toHex(keccak256(new Uint8Array(0))))
})
