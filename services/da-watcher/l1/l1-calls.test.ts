import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fromHex, toAddress, toHex } from '#protocol/codec/hex.ts'
import { encodeRlp, type RlpItem, uintToRlp } from '#protocol/codec/rlp.ts'
import { systemClock } from '#runtime/clock.ts'
import type { Method } from '#json-rpc/json-rpc-dispatch.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { requireFile } from '#records/folder/read-lines.ts'
import { alternativeBranch } from '#records/replay/alternative-branch.ts'
import { replayMethods, storageMethod } from '#records/replay/replay-methods.ts'
import { readReplayedChain, replayL1 } from '#records/replay/replay-record.ts'
import { type FaultyNode, serveFaultyNode } from '#test/fakes/faulty-l1.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { trueL1, watchL1 } from '#test/fakes/watched-l1.ts'

type Json = Readonly<Record<string, unknown>>

const folder = join(recordsFolder, 'fork-canyon')
const { config, blocks } = await trueL1(folder)
const last = blocks.length - 1
const read = () => readReplayedChain(requireFile(folder, 'l1.ndjson'), (json) => json)
const chain = await read()

/** An L1 node with some of the methods for receipts. */
async function node(t: TestContext, receipts: Readonly<Record<string, Method>>) {
  const all = Object.entries(replayMethods(chain, 900n))
  const others = Object.fromEntries(all.filter(([name]) => !name.includes('Receipt')))
  const signer = toAddress(new Uint8Array(20))
  return serveFaultyNode(t, { ...others, ...storageMethod(chain, config, signer), ...receipts })
}

const receiptsOf = (key: unknown) => chain.find(String(key))?.receipts ?? null

/** A receipt as encoded in the trie. */
function raw(receipt: unknown): string {
  const { type, status, cumulativeGasUsed, logsBloom, logs } = receipt as Readonly<
    Record<string, string>
  > & { logs: readonly (Readonly<Record<string, string>> & { topics: readonly string[] })[] }
  const quantity = (text = '0x0') => uintToRlp(BigInt(text))
  const fields: RlpItem[] = [
    quantity(status),
    quantity(cumulativeGasUsed),
    fromHex(logsBloom ?? ''),
    logs.map(({ address = '', topics, data = '' }): RlpItem => {
      return [fromHex(address), topics.map((topic) => fromHex(topic)), fromHex(data)]
    }),
  ]
  const encoded = toHex(encodeRlp(fields))
  return type === undefined || type === '0x0' ? encoded : `0x0${type.slice(2)}${encoded.slice(2)}`
}

const methods: Readonly<Record<string, Method>> = {
  eth_getBlockReceipts: ([hash]) => receiptsOf(hash),
  alchemy_getTransactionReceipts: ([params]) => {
    return { receipts: receiptsOf((params as Json)['blockHash']) }
  },
  debug_getRawReceipts: ([hash]) => receiptsOf(hash)?.map(raw) ?? null,
  parity_getBlockReceipts: ([number]) => receiptsOf(number),
  erigon_getBlockReceiptsByBlockHash: ([hash]) => receiptsOf(hash),
  eth_getTransactionReceipt: ([hash]) => chain.findReceipt(String(hash)) ?? null,
}

const countOf = ({ calls }: FaultyNode, method: string) =>
  calls.filter((call) => call.method === method).length

for (const [at, [method, answer]] of Object.entries(methods).entries())
  test(`if a node has only ${method}, each method before it is attempted once, and then ${method} is used`, async (t) => {
    const served = await node(t, { [method]: answer })
    const watched = await watchL1(t, config, { l1RpcUrls: [served.url] })
    for (const [number, block] of blocks.entries())
      assert.deepEqual(await watched.fetch({ number }), { kind: 'block', block })
    for (const [before, other] of Object.keys(methods).entries())
      if (other !== method) assert.equal(countOf(served, other), before < at ? 1 : 0)
    assert.ok(countOf(served, method) > 0)
  })

test('if a node refuses a method with its own error text, another method is used', async (t) => {
  const served = await node(t, {
    eth_getBlockReceipts: () => {
      throw new JsonRpcError(-32_000, 'this method is not available on your plan')
    },
    parity_getBlockReceipts: methods['parity_getBlockReceipts'] as Method,
  })
  const watched = await watchL1(t, config, { l1RpcUrls: [served.url] })
  assert.deepEqual(await watched.fetch({ number: last }), { kind: 'block', block: blocks[last] })
})

test('a block costs two calls, and no call when it is requested again', async (t) => {
  const served = await node(t, methods)
  const watched = await watchL1(t, config, { l1RpcUrls: [served.url] })
  for (const number of blocks.keys()) await watched.fetch({ number })
  for (const number of blocks.keys()) await watched.fetch({ number })
  const full = served.calls.filter(({ params }) => params[1] === true).length
  assert.equal(full, blocks.length)
  assert.ok(countOf(served, 'eth_getBlockReceipts') <= blocks.length)
  const calls = await watched.metric('l1_calls_total')
  assert.equal(calls['eth_getBlockReceipts'], countOf(served, 'eth_getBlockReceipts'))
  assert.deepEqual(await watched.metric('found_total'), {
    'block l1': blocks.length,
    'block memory': blocks.length,
  })
})

test('after a reorg, replaced blocks that were fetched before are not served', async (t) => {
  const own = await read()
  const served = await serveFaultyNode(t, {
    ...replayMethods(own, 900n),
    ...storageMethod(own, config, toAddress(new Uint8Array(20))),
  })
  const watched = await watchL1(t, config, { l1RpcUrls: [served.url] })
  await watched.until('heads came', () => watched.heads.length > 0)
  for (const number of blocks.keys()) await watched.fetch({ number })
  const branch = alternativeBranch(own.blocks.slice(8), 'other')
  own.show({ ...own.view, branch })
  await watched.until('the head was replaced', () => {
    return watched.heads.at(-1)?.head.hash === branch.at(-1)?.hash
  })
  const answer = await watched.fetch({ number: 8, parentHash: blocks[7]?.hash })
  assert.ok(answer.kind === 'block' && answer.block.hash === branch[0]?.hash)
  const gone = await watched.fetch({ number: 10, parentHash: blocks[9]?.hash })
  assert.ok(gone.kind === 'reorged' && gone.canonical.hash === branch[2]?.hash)
})

test('the unsafe block signer is read only once if the logs bloom of each later head rules out an update', async (t) => {
  const own = await read()
  own.moveHead(2n)
  const served = await serveFaultyNode(t, {
    ...replayMethods(own, 900n),
    ...storageMethod(own, config, toAddress(new Uint8Array(20))),
  })
  const watched = await watchL1(t, config, { l1RpcUrls: [served.url] })
  for (let head = 3n; head <= 8n; head++) {
    await watched.until('the head moved', () => {
      return watched.heads.at(-1)?.head.number === head - 1n
    })
    own.moveHead(head)
  }
  await watched.until('the head moved', () => watched.heads.at(-1)?.head.number === 8n)
  assert.equal(countOf(served, 'eth_getStorageAt'), 1)
})

test('over a WebSocket, heads are adopted when they are announced, and blocks are fetched', async (t) => {
  const options = { host: '127.0.0.1', rpcPort: 0, beaconPort: 0, clock: systemClock }
  const l1 = await replayL1(folder, options)
  t.after(() => l1.close())
  l1.chain.moveHead(2n)
  const l1RpcUrls = [l1.rpcUrl.replace('http', 'ws')]
  const watched = await watchL1(t, config, { l1RpcUrls, l1PollMs: 3_600_000 })
  await watched.until('heads came', () => watched.heads.length > 0)
  for (let head = 3n; head <= 8n; head++) {
    l1.chain.moveHead(head)
    await watched.until('the head moved', () => watched.heads.at(-1)?.head.number === head)
  }
  for (const number of [3, 8])
    assert.deepEqual(await watched.fetch({ number }), { kind: 'block', block: blocks[number] })
})

test('if an endpoint of another chain announces heads, they are ignored', async (t) => {
  const subscribed: string[] = []
  const other = await replayL1(folder, {
    host: '127.0.0.1',
    rpcPort: 0,
    beaconPort: 0,
    clock: systemClock,
    onCall: (method) => {
      if (method === 'eth_subscribe') subscribed.push(method)
    },
  })
  t.after(() => other.close())
  other.chain.moveHead(1n)
  const own = await read()
  own.moveHead(2n)
  const served = await serveFaultyNode(t, {
    ...replayMethods(own, 901n),
    ...storageMethod(own, config, toAddress(new Uint8Array(20))),
  })
  const l1RpcUrls = [served.url, other.rpcUrl.replace('http', 'ws')]
  const watched = await watchL1(t, { ...config, l1ChainId: 901n }, { l1RpcUrls })
  await watched.until('heads came', () => watched.heads.length > 0 && subscribed.length > 0)
  other.chain.moveHead(8n)
  for (let head = 3n; head <= 6n; head++) {
    own.moveHead(head)
    await watched.until('the head moved', () => watched.heads.at(-1)?.head.number === head)
  }
  assert.ok(watched.heads.every(({ head }) => head.number <= 6n))
})
