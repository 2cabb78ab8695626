import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type ClusterMember, formCluster, startConductor } from './conductors.ts'
import type { Cluster } from './failovers.ts'
import { hashesOf } from './head-record.ts'
import {
  blockOf,
  clientOf,
  flagsOf,
  type Network,
  type NetworkFile,
  type NodeFile,
  Program,
  programs,
} from './network.ts'
import { type Sequencer, startSequencer, untilAdmin } from './sequencers.ts'
import { pause, until } from './until.ts'
import type { Started } from './with-network.ts'

/** The sequencers of the network. */
export const names = ['a', 'd', 'e'] as const

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

/** Kills a program of the network, and starts it again after the cluster has had the time to notice. */
export async function killAndStart(network: Network, program: string): Promise<void> {
  await network.control(program, 'kill')
  await pause(10_000)
  await network.control(program, 'start')
}

/** Name of an accident. */
export const freeze = 'freeze of the node for 3 s'

/** Freezes processes, and lets them go on. */
export async function freezeWith(signal: (what: NodeJS.Signals) => Promise<void>): Promise<void> {
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
export async function ourCluster(
  { closing, folder, network }: Started,
  further: (name: string) => Readonly<Record<string, string>> = () => ({}),
): Promise<Cluster> {
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
      flags: {
        'conductor-rpc-url': place.conductorUrl ?? '',
        'conductor-rpc-timeout-ms': '2000',
        ...further(name),
      },
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
  await formCluster(members, () => startFirst(nodeOf('a')))
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

/** Starts the sequencer of the first node, and waits until its blocks are on time. */
async function startFirst(first: Sequencer): Promise<void> {
  const head = (await blockOf(first.execution, 'latest')) ?? assert.fail('no head')
  await first.admin('admin_startSequencer', head.hash)
  // op-conductor stops a leader whose head is old.
  const isOnTime = async () => {
    const newest = await blockOf(first.execution, 'latest')
    return Date.now() / 1_000 - (newest?.timestamp ?? 0) < 2
  }
  const explain = () => first.explain()
  await until('the first blocks are made', { withinMs: 60_000, explain }, isOnTime)
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
export async function assertSameBlocks(
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
