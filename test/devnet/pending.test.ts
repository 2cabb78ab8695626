import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { quantityJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { sleep, systemClock } from '#runtime/clock.ts'
import { Random } from '#runtime/random.ts'
import { userAccounts } from '#devnet/rollup/accounts.ts'
import { DevnetWorld } from './devnet-world.ts'

/** Number of calls whose answer is compared. */
const calls = Number(process.env['ATOLL_DEVNET_PENDING_CALLS'] ?? 500)

const blockJson = z.looseObject({
  hash: z.string(),
  number: quantityJson,
  transactions: z.array(z.string()),
})

type Block = z.output<typeof blockJson>

/** A call, and the position of its block parameter. */
interface Call {
  readonly method: string
  readonly params: readonly unknown[]
  readonly at: number
}

/** Predeploys whose state changes in each block, or with each transaction. */
const [l1Block, feeVault] = [
  '0x4200000000000000000000000000000000000015',
  '0x4200000000000000000000000000000000000011',
]

function anyOf<Each>(random: Random, all: readonly [Each, ...(readonly Each[])]): Each {
  return all[random.between(0, all.length - 1)] ?? all[0]
}

/** Calls of all methods that read a state or a block. */
function callsOf(random: Random): readonly [Call, ...(readonly Call[])] {
  const [from, to] = [userOf(random), userOf(random)]
  const slot = toQuantity(BigInt(random.between(0, 8)))
  const address = anyOf(random, [from, l1Block, feeVault])
  const last = (method: string, ...params: readonly unknown[]): Call => {
    return { method, params: [...params, 'pending'], at: params.length }
  }
  return [
    last('eth_getBalance', address),
    last('eth_getTransactionCount', from),
    last('eth_getStorageAt', l1Block, slot),
    last('eth_getCode', address),
    last('eth_getProof', address, [slot]),
    // `number()`, `timestamp()`, `sequenceNumber()`
    last('eth_call', {
      to: l1Block,
      data: anyOf(random, ['0x8381f58a', '0xb80777ea', '0x64ca23ef']),
    }),
    last('eth_estimateGas', { from, to, value: '0x1' }),
    last('eth_getBlockReceipts'),
  ]
}

function userOf(random: Random): string {
  return userAccounts[random.between(0, userAccounts.length - 1)]?.address ?? assert.fail()
}

/** The call with a block hash instead of `pending`. */
function byHash({ at, method, params }: Call, blockHash: string): Call {
  return { method, params: params.with(at, { blockHash }), at }
}

const clientOf = (url: string) =>
  new JsonRpcClient({ endpoints: [{ url }], timeoutMs: 5_000, rounds: 2, clock: systemClock })

const ask = (client: JsonRpcClient, { method, params }: Call) => client.call(method, params)

const pendingBlock = async (client: JsonRpcClient): Promise<Block> =>
  blockJson.parse(await client.call('eth_getBlockByNumber', ['pending', false]))

/** Whether a client has a block within some seconds. */
async function hasSoon(client: JsonRpcClient, hash: string): Promise<boolean> {
  for (let attempt = 0; attempt < 60; attempt++) {
    if ((await client.call('eth_getBlockByHash', [hash, false])) !== null) return true
    await sleep(systemClock, 50)
  }
  return false
}

test('each answer for pending is that of the sealed block up to the newest index, executed by another node', async (t) => {
  // The third node is no builder: it follows the streams of both.
  const devnet = await DevnetWorld.start(t, {
    nodes: 3,
    rate: 10,
    blockSeconds: 2,
    l1BlockSeconds: 2,
    builders: { count: 2, intervalMs: 250, killEveryMs: undefined },
  })
  const { nodes } = devnet.world
  const random = new Random(18)
  const rpc = nodes.map(({ rollupUrl }) => clientOf(rollupUrl))
  const clients = nodes.map(({ executionUrl }) => clientOf(executionUrl))
  devnet.beforeEnd(() => Promise.all([...rpc, ...clients].map((client) => client.close())))
  await devnet.until('the node has some blocks', () => devnet.head('unsafe') >= 3)
  const prefixes: Block[] = []
  const indices = new Map<number, number>()
  let compared = 0
  while (compared < calls) {
    await sleep(systemClock, random.between(1, 120))
    const at = random.between(0, 2)
    const [asked, other] = [rpc[at], clients[(at + 1) % 3]]
    assert.ok(asked !== undefined && other !== undefined)
    const call = anyOf(random, callsOf(random))
    const block = await pendingBlock(asked)
    const answer = await ask(asked, call)
    const { hash } = await pendingBlock(asked)
    // Only then the answer is known to be of this prefix.
    if (hash !== block.hash) continue
    // A standby that is slow executes only the newest index.
    if (!(await hasSoon(other, hash))) continue
    const expected = await ask(other, byHash(call, hash))
    // A wallet needs a nonce that no transaction of its pool has.
    if (call.method === 'eth_getTransactionCount') assert.ok(Number(answer) >= Number(expected))
    else assert.deepEqual(answer, expected, `${call.method}, ${JSON.stringify(call.params)}`)
    prefixes.push(block)
    indices.set(block.transactions.length, (indices.get(block.transactions.length) ?? 0) + 1)
    compared++
  }
  const newest = Math.max(...prefixes.map(({ number }) => Number(number)))
  await devnet.until('the last block is sealed', () => devnet.head('unsafe') >= newest)
  const sealed = new Map<bigint, Block>()
  for (const { hash, number, transactions } of prefixes) {
    const found =
      sealed.get(number) ??
      blockJson.parse(await clients[0]?.call('eth_getBlockByNumber', [toQuantity(number), false]))
    sealed.set(number, found)
    const begun = found.transactions.slice(0, transactions.length)
    assert.deepEqual(begun, transactions, `block ${number} does not begin with ${hash}`)
  }
  const unfinished = prefixes.filter(({ hash, number }) => sealed.get(number)?.hash !== hash)
  t.diagnostic(
    `${compared} calls in ${sealed.size} blocks, ${unfinished.length} of them before the block was sealed, of prefixes with ${indices.size} different numbers of transactions`,
  )
  assert.ok(unfinished.length > calls / 2)
})
