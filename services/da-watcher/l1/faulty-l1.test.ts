import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { requireFile } from '#records/folder/read-lines.ts'
import { replayMethods, storageMethod } from '#records/replay/replay-methods.ts'
import { readReplayedChain } from '#records/replay/replay-record.ts'
import { alternativeBranch } from '#records/replay/alternative-branch.ts'
import { toAddress } from '#protocol/codec/hex.ts'
import { isFault } from '#runtime/fault.ts'
import {
  type FaultyNode,
  page,
  type SeenCall,
  serveFaultyNode,
  stall,
} from '#test/fakes/faulty-l1.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { trueL1, watchL1 } from '#test/fakes/watched-l1.ts'

type Json = Record<string, unknown>

const folder = join(recordsFolder, 'fork-canyon')
const { config, blocks } = await trueL1(folder)
const last = blocks.length - 1

/** An L1 node that serves the record. A test may corrupt the answers of the node. */
async function node(t: TestContext): Promise<FaultyNode & { chain: Chain }> {
  const chain = await readReplayedChain(requireFile(folder, 'l1.ndjson'), (json) => json)
  const signer = toAddress(new Uint8Array(20))
  const methods = { ...replayMethods(chain, 900n), ...storageMethod(chain, config, signer) }
  return Object.assign(await serveFaultyNode(t, methods), { chain })
}

type Chain = Awaited<ReturnType<typeof readReplayedChain>>

const isBlock = ({ method }: SeenCall) => method.startsWith('eth_getBlockBy')
const isFull = (call: SeenCall) => isBlock(call) && call.params[1] === true
const chain = await readReplayedChain(requireFile(folder, 'l1.ndjson'), (json) => json)
const others = alternativeBranch(chain.blocks, 'another chain')

/** A valid block of another chain in place of the requested block. */
function instead(result: unknown): unknown {
  const number = Number((result as Json | null)?.['number'])
  return others[number === 0 ? 1 : number - 1]?.json ?? null
}

const corruptions: Readonly<
  Record<string, [(call: SeenCall, result: unknown) => unknown, RegExp]>
> = {
  'receipts with another status': [
    ({ method }, result) =>
      method === 'eth_getBlockReceipts'
        ? (result as Json[]).map((receipt) => ({ ...receipt, status: '0x0' }))
        : result,
    /is wrong: receipts root 0x/,
  ],
  'receipts of another block': [
    ({ method }, result) =>
      method === 'eth_getBlockReceipts'
        ? (result as Json[]).map((receipt) => ({ ...receipt, blockHash: blocks[0]?.hash }))
        : result,
    /is wrong: receipts.0.blockHash/,
  ],
  'all receipts but the first': [
    ({ method }, result) =>
      method === 'eth_getBlockReceipts' ? (result as Json[]).slice(1) : result,
    /is wrong: \d+ receipts for \d+ transactions/,
  ],
  'another block': [
    (call, result) => (isFull(call) ? instead(result) : result),
    /is wrong: the answer is block \d+/,
  ],
  'a block without its first transaction': [
    (call, result) =>
      isFull(call)
        ? { ...(result as Json), transactions: ((result as Json)['transactions'] as []).slice(1) }
        : result,
    /is wrong: transactions root 0x/,
  ],
  'a block with another timestamp': [
    (call, result) =>
      isBlock(call) && result !== null ? { ...(result as Json), timestamp: '0x7' } : result,
    /is wrong: the header has hash 0x/,
  ],
  'a block without header fields': [
    (call, result) => (isFull(call) ? { hash: (result as Json)['hash'] } : result),
    /is wrong: block\.transactions/,
  ],
  'the chain id of another chain': [
    ({ method }, result) => (method === 'eth_chainId' ? '0x3039' : result),
    /it has chain id 12345, the rollup config has l1_chain_id 900/,
  ],
}

/** The block with the most transactions. */
const busy = chain.blocks.reduce((a, b) =>
  b.transactionHashes.length > a.transactionHashes.length ? b : a,
)
const number = Number(busy.number)

async function expectTrue(
  watched: Awaited<ReturnType<typeof watchL1>>,
  numbers: readonly number[],
): Promise<void> {
  for (const wanted of numbers) {
    const answer = await watched.fetch({ number: wanted })
    assert.deepEqual(answer, { kind: 'block', block: blocks[wanted] })
  }
}

for (const [name, [corrupt, words]] of Object.entries(corruptions)) {
  test(`if a node returns ${name}, another node is queried, and the faulty node is not queried again`, async (t) => {
    const [faulty, honest] = [await node(t), await node(t)]
    faulty.corrupt = corrupt
    const watched = await watchL1(t, config, { l1RpcUrls: [faulty.url, honest.url] })
    await watched.until('heads came', () => watched.heads.length > 0)
    await expectTrue(watched, [number])
    assert.equal((await watched.metric('endpoint_wrong_answers'))[faulty.url], 1)
    assert.equal((await watched.metric('endpoint_wrong_answers'))[honest.url], 0)
    const asked = faulty.calls.filter(isFull).length
    await expectTrue(watched, [number - 1, number + 1, 1])
    assert.equal(faulty.calls.filter(isFull).length, asked)
    const what = name.startsWith('the chain id')
      ? 'belongs to another chain'
      : 'gave a wrong answer'
    assert.ok(watched.warnings.includes(`an L1 endpoint ${what}`))
  })

  test(`if the only node returns ${name}, da-watcher waits, reports why, and continues when the node has recovered`, async (t) => {
    const faulty = await node(t)
    faulty.corrupt = corrupt
    const watched = await watchL1(t, config, { l1RpcUrls: [faulty.url] })
    await assert.rejects(watched.fetch({ number }), (error: Error) => {
      assert.match(error.message, words)
      return true
    })
    const said = watched.waits.find((what) => words.test(what)) ?? ''
    assert.ok(said.includes(`no L1 RPC endpoint is left: ${faulty.url}: `), said)
    faulty.corrupt = undefined
    await watched.until('it was asked again', () => {
      const isDone = watched.waits.at(-1) === 'goes on'
      return isDone || watched.heads.length > 0
    })
    for (let tries = 0; tries < 20; tries++) {
      const isOver = await watched.fetch({ number }).then(
        () => true,
        (error: unknown) => !isFault(error, 'l1-unavailable'),
      )
      if (isOver) break
      const before = faulty.calls.length
      await watched.until('it was asked again', () => faulty.calls.length > before + 2)
    }
    await expectTrue(watched, [number])
    assert.equal(watched.waits.at(-1), 'goes on')
  })
}

for (const [name, misbehave, words] of [
  ['a status of 429', page(429, { 'retry-after': '3' }), /HTTP status 429/],
  ['a status of 503', page(503), /HTTP status 503: <html>try later/],
  ['a page of HTML', page(200), /rpc-response: not JSON: "<html>/],
  ['no answer at all', stall, /rpc-timeout/],
] as const) {
  test(`if a node gives ${name}, another node is queried, and preferred from then on`, async (t) => {
    const [bad, good] = [await node(t), await node(t)]
    bad.misbehave = misbehave
    const watched = await watchL1(t, config, { l1RpcUrls: [bad.url, good.url] })
    await expectTrue(watched, [number])
    await watched.until('heads came', () => watched.heads.length > 0)
    const costs = await watched.metric('endpoint_cost_seconds')
    assert.ok((costs[bad.url] ?? 0) > (costs[good.url] ?? 0), JSON.stringify(costs))
    const asked = bad.calls.filter(isFull).length
    await expectTrue(watched, [1, 2, 3])
    assert.equal(bad.calls.filter(isFull).length, asked)
  })

  test(`if the only node gives ${name}, da-watcher waits, reports why, and continues when the node has recovered`, async (t) => {
    const bad = await node(t)
    bad.misbehave = misbehave
    const watched = await watchL1(t, config, { l1RpcUrls: [bad.url] })
    await watched.until('it waits', () => watched.waits.some((what) => words.test(what)))
    await assert.rejects(watched.fetch({ number }), { code: 'l1-unavailable' })
    bad.misbehave = undefined
    await watched.until('heads came', () => watched.heads.length > 0)
    await expectTrue(watched, [number])
    assert.equal(watched.waits.at(-1), 'goes on')
  })
}

test('the Retry-After header of a server is obeyed', async (t) => {
  const bad = await node(t)
  bad.misbehave = page(429, { 'retry-after': '30' })
  const watched = await watchL1(t, config, { l1RpcUrls: [bad.url] })
  await watched.until('it waits', () => watched.waits.length > 0)
  await assert.rejects(watched.fetch({ number }), { code: 'l1-unavailable' })
  await assert.rejects(watched.fetch({ number }), { code: 'l1-unavailable' })
  assert.equal(bad.calls.length, 1)
})

test('if the head of a node does not move, this is detected, and the head of the other nodes is adopted', async (t) => {
  const [old, good] = [await node(t), await node(t)]
  old.chain.moveHead(3n)
  good.chain.moveHead(3n)
  const watched = await watchL1(t, config, { l1RpcUrls: [old.url, good.url] })
  await watched.until('heads came', () => watched.heads.length > 0)
  good.chain.moveHead(BigInt(last))
  await watched.until('the head moved', () => watched.heads.at(-1)?.head.number === BigInt(last))
  assert.ok(watched.warnings.includes('an L1 endpoint is behind'))
  await expectTrue(watched, [last])
  const costs = await watched.metric('endpoint_cost_seconds')
  assert.ok((costs[old.url] ?? 0) > (costs[good.url] ?? 0))
})

test('with a single L1 node, the head goes back when the node reports a lower head', async (t) => {
  const only = await node(t)
  const watched = await watchL1(t, config, { l1RpcUrls: [only.url] })
  await watched.until('heads came', () => watched.heads.length > 0)
  only.chain.moveHead(3n)
  await watched.until('the head went back', () => watched.heads.at(-1)?.head.number === 3n)
})

test('if a node is trusted, the header hashes of its blocks are not checked, and their transactions may have unknown types', async (t) => {
  const own = await node(t)
  own.corrupt = (call, result) => {
    if (!isBlock(call) || result === null) return result
    const { transactions } = result as { transactions: Json[] }
    const changed = isFull(call)
      ? transactions.map((transaction, at) =>
          at === 0 ? { ...transaction, type: '0x66' } : transaction,
        )
      : transactions
    return { ...(result as Json), transactions: changed, extraData: '0x01' }
  }
  const verifying = await watchL1(t, config, { l1RpcUrls: [own.url] })
  await assert.rejects(verifying.fetch({ number }), /is wrong/)
  await verifying.stop()
  const l1RpcUrls = [own.url]
  const trusting = await watchL1(t, config, { l1RpcUrls, l1TrustedUrls: l1RpcUrls })
  const answer = await trusting.fetch({ number })
  assert.ok(answer.kind === 'block' && answer.block.hash === blocks[number]?.hash)
  assert.equal(answer.block.inboxTransactions.length, blocks[number].inboxTransactions.length - 1)
})

test('if a trusted endpoint is not among the endpoints, there is an error', async (t) => {
  const own = await node(t)
  const settings = { l1RpcUrls: [own.url], l1TrustedUrls: ['http://elsewhere:8545/key'] }
  await assert.rejects(watchL1(t, config, settings), {
    code: 'settings',
    message: /http:\/\/elsewhere:8545 is not an endpoint of L1 in the settings$/,
  })
})
