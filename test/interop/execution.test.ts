import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { isUp, startExecutionClient } from './followers.ts'
import { blockOf, clientOf, flagsOf, Network, Program, programs, whyNoNetwork } from './network.ts'
import { until } from './until.ts'

// A real op-node drives the embedded execution client: first as a verifier, then as the sequencer, in place of
// its op-geth. op-batcher posts the blocks of the sequencer, and another op-node with op-geth verifies them.

const portBase = 9_700
const verifiedBlocks = Number(process.env['ATOLL_INTEROP_BLOCKS'] ?? 300)
const sequencedBlocks = 40

const numberOf = async (client: JsonRpcClient, which: string) =>
  (await blockOf(client, which))?.number ?? 0

/** Asserts that two nodes have the same blocks and receipts in a range. */
async function assertSame(
  [left, right]: readonly [JsonRpcClient, JsonRpcClient],
  [from, to]: readonly [number, number],
): Promise<void> {
  for (let number = from; number <= to; number++) {
    const which = `0x${number.toString(16)}`
    for (const [method, ...params] of [
      ['eth_getBlockByNumber', which, true],
      ['eth_getBlockReceipts', which],
      ['debug_getRawReceipts', which],
    ] as const) {
      const [ours, theirs] = await Promise.all([
        left.call(method, params),
        right.call(method, params),
      ])
      assert.deepEqual(ours, theirs, `${method} of block ${number}`)
    }
  }
}

function startOpNode({ files, nodes, l1 }: Network['file'], engine: string): Program {
  const flags = {
    l1: l1.rpcUrl,
    'l1.beacon': l1.beaconUrl,
    'l1.rpckind': 'standard',
    'l1.http-poll-interval': '500ms',
    'l1.epoch-poll-interval': '2s',
    l2: `http://127.0.0.1:${engine}`,
    'l2.jwt-secret': files.jwt,
    'l2.enginekind': 'geth',
    'rollup.config': files.rollupConfig,
    'rollup.l1-chain-config': files.l1ChainConfig,
    'rpc.addr': '127.0.0.1',
    'rpc.port': String(nodes.c.freeRollupPort),
    'p2p.listen.ip': '127.0.0.1',
    'p2p.listen.tcp': String(portBase + 152),
    'p2p.static': nodes.a.multiaddr,
    'p2p.bootnodes': ',',
    'p2p.discovery.path': 'memory',
    'p2p.peerstore.path': 'memory',
    'p2p.priv.raw': nodes.c.p2pKey,
    'verifier.l1-confs': '0',
    syncmode: 'consensus-layer',
  }
  const switches = ['--p2p.no-discovery', '--p2p.nat=false']
  return new Program(join(programs, 'op-node'), [...flagsOf(flags), ...switches])
}

/** Runs the client under a verifier. The client executes derived and gossiped blocks until enough blocks are safe. */
async function verify(t: TestContext, network: Network, folder: string): Promise<void> {
  const { file } = network
  const [engine, rpc] = [String(portBase + 150), String(portBase + 151)]
  const client = startExecutionClient(file, { folder, engine, rpc })
  const opNode = startOpNode(file, engine)
  const [ours, geth] = [clientOf(`http://127.0.0.1:${rpc}`), clientOf(file.nodes.a.executionUrl)]
  const explain = () => `${opNode.output.slice(-3_000)}\n${client.output.slice(-3_000)}`
  try {
    await until('the execution client answers', { withinMs: 20_000, explain }, isUp(ours))
    const withinMs = (verifiedBlocks + 120) * 1_000
    await until(`${verifiedBlocks} safe blocks`, { withinMs, explain }, async () => {
      return (await numberOf(ours, 'safe')) >= verifiedBlocks
    })
    await until('some blocks are final', { withinMs: 60_000, explain }, async () => {
      return (await numberOf(ours, 'finalized')) > 0
    })
    const safe = await numberOf(ours, 'safe')
    await assertSame([ours, geth], [0, safe])
    const final = await numberOf(ours, 'finalized')
    t.diagnostic(`${safe} safe blocks equal op-geth's, with their receipts; ${final} are final`)
    // Our client replaces the sequencer's op-geth later. So the sequencer stops now, and our client gets all blocks.
    await network.control('node-a', 'stop')
    const head = await blockOf(geth, 'latest')
    await until('the last blocks', { withinMs: 60_000, explain }, async () => {
      return (await blockOf(ours, 'latest'))?.hash === head?.hash
    })
  } finally {
    await opNode.stop()
    await client.stop()
    await ours.close()
    await geth.close()
  }
}

/**
 * Runs the client under the sequencer. The client builds blocks, op-batcher posts them, and op-geth must accept them.
 */
async function sequence(t: TestContext, network: Network, folder: string): Promise<void> {
  const { nodes } = network.file
  const [made, follower] = [clientOf(nodes.a.executionUrl), clientOf(nodes.b.executionUrl)]
  await network.control('geth-a', 'stop')
  const [engine, rpc] = [new URL(nodes.a.engineUrl).port, new URL(nodes.a.executionUrl).port]
  const client = startExecutionClient(network.file, { folder, engine, rpc })
  const explain = () => client.output.slice(-3_000)
  try {
    await until('the execution client answers', { withinMs: 20_000, explain }, isUp(made))
    const from = (await numberOf(made, 'latest')) + 1
    await network.control('node-a', 'start')
    const to = from + sequencedBlocks
    await until(`block ${to} is safe for op-geth b`, { withinMs: 240_000, explain }, async () => {
      return (await numberOf(follower, 'safe')) >= to
    })
    await assertSame([made, follower], [from, to])
    const users = await usersIn(made, [from, to])
    assert.ok(users > 10, `${users} transactions of users`)
    t.diagnostic(
      `${to - from + 1} blocks of ours with ${users} transactions of users, safe for op-geth`,
    )
  } finally {
    await network.control('node-a', 'stop')
    await client.stop()
    await made.close()
    await follower.close()
  }
}

async function usersIn(
  client: JsonRpcClient,
  [from, to]: readonly [number, number],
): Promise<number> {
  let users = 0
  for (let number = from; number <= to; number++) {
    const which = `0x${number.toString(16)}`
    // The first transaction is the L1 attributes deposit.
    users += Number(await client.call('eth_getBlockTransactionCountByNumber', [which])) - 1
  }
  return users
}

const skip = whyNoNetwork() ?? false
test(
  'a real op-node drives the embedded execution client, as verifier and as sequencer',
  { skip },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'atoll-interop-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const network = await Network.start(join(folder, 'network'), [
      ...flagsOf({ 'port-base': String(portBase), 'l2-block-time': '1', 'l1-block-time': '2' }),
      ...flagsOf({ 'forks-gap': '3', fork: 'jovian', send: '2' }),
    ])
    t.after(() => network.stop())
    await verify(t, network, folder)
    await sequence(t, network, folder)
  },
)
