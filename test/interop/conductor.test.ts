import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type ClusterMember, formCluster, startConductor } from './conductors.ts'
import { type Cluster, failOver, untilSteady } from './failovers.ts'
import { hashesOf, medianAndWorst } from './head-record.ts'
import {
  blockOf,
  clientOf,
  flagsOf,
  type Network,
  type NetworkFile,
  type NodeFile,
  Program,
  programs,
  whyNoNetwork,
} from './network.ts'
import { resultOf } from './rpc-clients.ts'
import { BlockTimes, type Sequencer, startSequencer, untilAdmin } from './sequencers.ts'
import { pause, until } from './until.ts'
import { type Started, withNetwork } from './with-network.ts'

// Three sequencers under three op-conductors: first the op-nodes of the network, then Atoll nodes in their places. The
// leadership is transferred, and leaders are killed.

/** How often the leadership is transferred, and how often each accident happens to the leader's node. */
const rounds = {
  transfers: Number(process.env['ATOLL_INTEROP_TRANSFERS'] ?? 3),
  accidents: Number(process.env['ATOLL_INTEROP_ACCIDENTS'] ?? 1),
}

const names = ['a', 'd', 'e'] as const

/** The processes of a node that are killed one at a time. */
const parts = [
  'sequencer',
  'engine',
  'gossip',
  'da-watcher',
  'derivation',
  'rpc',
  'nats-server',
] as const

/** The op-nodes of the network, and their op-conductors. */
function theirCluster({ network }: Started): Cluster {
  const members = names.map((name) => {
    const place = network.file.nodes[name] ?? assert.fail(`no node ${name}`)
    return { name, place, conductorUrl: place.conductorUrl ?? '' } as ClusterMember
  })
  const placeOf = (name: string) =>
    members.find((member) => member.name === name)?.place ?? assert.fail(name)
  return {
    label: 'op-node',
    members,
    isActive: (name) => resultOf<boolean>(placeOf(name).rollupUrl, 'admin_sequencerActive'),
    accidents: {
      'kill of the node': (name) => killAndStart(network, `node-${name}`),
      'kill of the execution client': (name) => killAndStart(network, `geth-${name}`),
      [freeze]: (name) => freezeWith((signal) => network.signal(`node-${name}`, signal)),
    },
    explain: async () => JSON.stringify(network.file.logs),
  }
}

/** Kills a program of the network, and starts it again after the cluster has had the time to notice. */
async function killAndStart(network: Network, program: string): Promise<void> {
  await network.control(program, 'kill')
  await pause(10_000)
  await network.control(program, 'start')
}

const freeze = 'freeze of the node for 3 s'

async function freezeWith(signal: (what: NodeJS.Signals) => Promise<void>): Promise<void> {
  await signal('SIGSTOP')
  await pause(3_000)
  await signal('SIGCONT')
}

/** The accidents that happen to the leader's node in a cluster of Atoll nodes. */
function accidentsOf(
  network: Network,
  nodeOf: (name: string) => Sequencer,
  start: (name: string) => Promise<unknown>,
): Cluster['accidents'] {
  return {
    'kill of the node': async (name) => {
      await nodeOf(name).kill()
      await pause(10_000)
      await start(name)
    },
    'kill of the execution client': (name) => killAndStart(network, `geth-${name}`),
    [freeze]: (name) => freezeWith(async (signal) => nodeOf(name).signal(signal)),
    ...Object.fromEntries(
      parts.map((part) => [
        `kill of ${part}`,
        async (name: string) => {
          const command = part === 'nats-server' ? part : `service ${part}`
          nodeOf(name).signal('SIGKILL', new RegExp(`\\b${command}\\b`, 'u'))
        },
      ]),
    ),
  }
}

/** Atoll nodes in the places of the op-nodes, with op-conductors and an op-batcher of their own. */
async function ourCluster({ closing, folder, network }: Started): Promise<Cluster> {
  const { file } = network
  await network.control('batcher', 'stop')
  for (const name of names) await network.control(`conductor-${name}`, 'stop')
  for (const name of names) await network.control(`node-${name}`, 'stop')
  const places = names.map((name) => file.nodes[name] ?? assert.fail(`no node ${name}`))
  const nodes = new Map<string, Sequencer>()
  // A node keeps its token when it is started again, since its op-conductor uses the token.
  const tokens: Record<string, string> = Object.fromEntries(
    names.map((name) => [name, randomBytes(32).toString('hex')]),
  )
  const start = async (name: string) => {
    const place = places[names.findIndex((each) => each === name)] ?? assert.fail(name)
    const peers = [...places.filter((each) => each !== place), file.nodes.b]
    const node = await startSequencer(file, {
      folder,
      name,
      place,
      peers: peers.map(({ multiaddr }) => multiaddr),
      flags: { 'conductor-rpc-url': place.conductorUrl ?? '', 'conductor-rpc-timeout-ms': '2000' },
      ...(tokens[name] !== undefined && { token: tokens[name] }),
    })
    nodes.set(name, node)
    return node
  }
  for (const name of names) await untilAdmin(await start(name))
  closing(async () => {
    for (const node of nodes.values()) await node.stop()
  })
  const nodeOf = (name: string) => nodes.get(name) ?? assert.fail(name)
  const members: ClusterMember[] = []
  for (const [at, name] of names.entries()) {
    const place = places[at] ?? assert.fail(name)
    const isFirst = at === 0
    const member = await startConductor(file, { folder, isFirst, node: nodeOf(name), place })
    members.push(member)
    closing(() => member.conductor.stop())
  }
  await formCluster(members, async () => {
    const first = nodeOf('a')
    const head = (await blockOf(first.execution, 'latest')) ?? assert.fail('no head')
    await first.admin('admin_startSequencer', head.hash)
    // op-conductor stops a leader whose head is old.
    const isOnTime = async () => {
      const newest = await blockOf(first.execution, 'latest')
      return Date.now() / 1_000 - (newest?.timestamp ?? 0) < 2
    }
    const explain = () => first.explain()
    await until('the first blocks are made', { withinMs: 60_000, explain }, isOnTime)
  })
  const batcher = startBatcher(
    file,
    places,
    names.map((name) => nodeOf(name).adminUrl),
  )
  closing(() => batcher.stop())
  return {
    label: 'Atoll',
    members,
    isActive: (name) => nodeOf(name).admin<boolean>('admin_sequencerActive'),
    accidents: accidentsOf(network, nodeOf, start),
    explain: async () => {
      const texts = await Promise.all([...nodes.values()].map((node) => node.explain()))
      const outputs = members.map(({ conductor }) => conductor.output.slice(-2_000))
      return [...texts, ...outputs, batcher.output.slice(-2_000)].join('\n')
    },
  }
}

/** Starts an op-batcher that follows the active sequencer. */
function startBatcher(
  file: NetworkFile,
  places: readonly NodeFile[],
  rollupUrls: readonly string[],
): Program {
  const flags = {
    'l1-eth-rpc': file.l1.rpcUrl,
    'l2-eth-rpc': places.map(({ executionUrl }) => executionUrl).join(','),
    'rollup-rpc': rollupUrls.join(','),
    'private-key': file.accounts.find(({ role }) => role === 'batcher')?.key ?? '',
    'data-availability-type': 'calldata',
    'max-channel-duration': '2',
    'sub-safety-margin': '4',
    'poll-interval': '500ms',
    'num-confirmations': '1',
    'txmgr.receipt-query-interval': '500ms',
    'active-sequencer-check-duration': '1s',
    'metrics.port': '0',
  }
  return new Program(join(programs, 'op-batcher'), flagsOf(flags))
}

/**
 * Asserts that the execution clients of a cluster have the same blocks as another execution client, with one block for
 * each second.
 */
async function assertSameBlocks(
  cluster: Cluster,
  { url, to }: { readonly url: string; readonly to: number },
): Promise<void> {
  const clients = cluster.members.map(({ place }) => clientOf(place.executionUrl))
  const explain = () => cluster.explain()
  const reference = clientOf(url)
  try {
    const hashes = await hashesOf(reference, to)
    for (const [at, client] of clients.entries()) {
      const name = names[at] ?? ''
      const hasBlock = async () => ((await blockOf(client, 'latest'))?.number ?? 0) >= to
      await until(`${name} has block ${to}`, { withinMs: 60_000, explain }, hasBlock)
      assert.deepEqual(await hashesOf(client, to), hashes, `blocks of ${name}`)
    }
    const first = await blockOf(reference, '0x0')
    const last = await blockOf(reference, `0x${to.toString(16)}`)
    assert.equal((last?.timestamp ?? 0) - (first?.timestamp ?? 0), to)
  } finally {
    await Promise.all([...clients, reference].map((client) => client.close()))
  }
}

const skip = whyNoNetwork() ?? false

test(
  'three Atoll nodes under three op-conductors: leadership is transferred and leaders are killed, and there is one chain',
  { skip },
  async (t: TestContext) => {
    const flags = { conductor: 'true', 'forks-offset': '2', 'forks-gap': '1' }
    await withNetwork(flags, async (started) => {
      const { b } = started.network.file.nodes
      const times = new BlockTimes(b.executionUrl)
      started.closing(() => times.stop())
      await failOver(t, { cluster: theirCluster(started), times, rounds })
      const cluster = await ourCluster(started)
      await untilSteady(cluster, times)
      const from = times.newest
      const delays = await failOver(t, { cluster, times, rounds })
      await untilSteady(cluster, times)
      const to = times.newest - 1
      times.assertNoneReplaced()
      await assertSameBlocks(cluster, { url: b.executionUrl, to })
      t.diagnostic(`Atoll made blocks ${from} to ${to}, one for each height and second`)
      const transfers = delays.get('transfer of leadership') ?? []
      assert.ok(medianAndWorst(transfers).worst <= 2_000, `transfers: ${transfers.join()} ms`)
    })
  },
)
