import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type ClusterMember, formCluster, leaderOf, startConductor } from './conductors.ts'
import { hashesOf, medianAndWorst } from './head-record.ts'
import {
  blockOf,
  clientOf,
  flagsOf,
  type NetworkFile,
  type NodeFile,
  Program,
  programs,
  whyNoNetwork,
} from './network.ts'
import { resultOf } from './rpc-clients.ts'
import { BlockTimes, type Sequencer, startSequencer, untilAdmin } from './sequencers.ts'
import { until } from './until.ts'
import { type Started, withNetwork } from './with-network.ts'

// Three sequencers under three op-conductors: first the op-nodes of the network, then Atoll nodes in their places. The
// leadership is transferred, and leaders are killed.

/** Number of transfers of leadership, and of kills of the leader's node. */
const rounds = Number(process.env['ATOLL_INTEROP_ROUNDS'] ?? 3)

const names = ['a', 'd', 'e'] as const

/** The nodes of a cluster: op-nodes, or Atoll nodes. */
interface Cluster {
  readonly label: string
  readonly members: readonly ClusterMember[]
  /** Whether the sequencer of a member makes blocks. */
  isActive(name: string): Promise<boolean>
  kill(name: string): Promise<void>
  start(name: string): Promise<void>
  explain(): Promise<string>
}

/** Waits until the leader's sequencer is the only one that is active, and its blocks are on time. @returns the leader */
async function untilSteady(cluster: Cluster, times: BlockTimes): Promise<ClusterMember> {
  let leader: ClusterMember | undefined
  await until(
    `${cluster.label}: one leader, whose blocks are on time`,
    { withinMs: 90_000, everyMs: 100, explain: () => cluster.explain() },
    async () => {
      leader = await leaderOf(cluster.members)
      if (leader === undefined) return false
      const active = await Promise.all(
        cluster.members.map(({ name }) =>
          cluster.isActive(name).catch((error: unknown) => {
            if (!(error instanceof Error)) throw error
            return false
          }),
        ),
      )
      const isOnly = cluster.members.every(({ name }, at) => active[at] === (name === leader?.name))
      const newest = [...times.delays].slice(-3).map(([, delay]) => delay)
      return isOnly && newest.length === 3 && newest.every((delay) => delay < 1_000)
    },
  )
  return leader ?? assert.fail('no leader')
}

/** How late the latest block was that appeared since a moment, in milliseconds after its time. */
function worstSince(times: BlockTimes, seen: number): number {
  return Math.max(...[...times.delays].slice(seen).map(([, delay]) => delay))
}

function text(values: readonly number[]): string {
  const { median, worst } = medianAndWorst(values)
  return `${median} / ${worst} ms (median / worst of ${values.length})`
}

/** Transfers the leadership, then kills leaders. @returns how late blocks were */
async function failOver(t: TestContext, cluster: Cluster, times: BlockTimes) {
  const transfers: number[] = []
  for (let round = 0; round < rounds; round++) {
    const leader = await untilSteady(cluster, times)
    const seen = times.delays.size
    await resultOf(leader.conductorUrl, 'conductor_transferLeader')
    const next = await untilSteady(cluster, times)
    assert.notEqual(next.name, leader.name, 'the leadership was not transferred')
    transfers.push(worstSince(times, seen))
  }
  t.diagnostic(`${cluster.label}: latest block after a transfer of leadership ${text(transfers)}`)
  const kills: number[] = []
  for (let round = 0; round < rounds; round++) {
    const leader = await untilSteady(cluster, times)
    const seen = times.delays.size
    await cluster.kill(leader.name)
    const next = await untilSteady(cluster, times)
    assert.notEqual(next.name, leader.name, 'the killed node leads')
    kills.push(worstSince(times, seen))
    await cluster.start(leader.name)
    await until(
      `${leader.name} answers again`,
      { withinMs: 60_000, everyMs: 200, explain: () => cluster.explain() },
      () =>
        cluster.isActive(leader.name).then(
          () => true,
          (error: unknown) => !(error instanceof Error),
        ),
    )
    await new Promise((resolve) => setTimeout(resolve, 5_000))
  }
  t.diagnostic(`${cluster.label}: latest block after a kill of the leader's node ${text(kills)}`)
  return { transfers, kills }
}

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
    kill: (name) => network.control(`node-${name}`, 'kill'),
    start: (name) => network.control(`node-${name}`, 'start'),
    explain: async () => JSON.stringify(network.file.logs),
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
  // A node keeps its token when it is started again, since its op-conductor has it.
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
  const batcher = startBatcher(
    file,
    places,
    names.map((name) => nodeOf(name).adminUrl),
  )
  closing(() => batcher.stop())
  await formCluster(members, async () => {
    const first = nodeOf('a')
    const head = (await blockOf(first.execution, 'latest')) ?? assert.fail('no head')
    await first.admin('admin_startSequencer', head.hash)
  })
  return {
    label: 'Atoll',
    members,
    isActive: (name) => nodeOf(name).admin<boolean>('admin_sequencerActive'),
    kill: (name) => nodeOf(name).kill(),
    start: async (name) => void (await start(name)),
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
      await failOver(t, theirCluster(started), times)
      const cluster = await ourCluster(started)
      const from = (await untilSteady(cluster, times)) && times.newest
      const { transfers } = await failOver(t, cluster, times)
      await untilSteady(cluster, times)
      const to = times.newest - 1
      const clients = cluster.members.map(({ place }) => clientOf(place.executionUrl))
      const reference = clientOf(b.executionUrl)
      try {
        const hashes = await hashesOf(reference, to)
        for (const [at, client] of clients.entries()) {
          const name = names[at] ?? ''
          await until(
            `${name} has block ${to}`,
            { withinMs: 60_000, explain: () => cluster.explain() },
            async () => ((await blockOf(client, 'latest'))?.number ?? 0) >= to,
          )
          assert.deepEqual(await hashesOf(client, to), hashes, `blocks of ${name}`)
        }
        const first = await blockOf(reference, '0x0')
        const last = await blockOf(reference, `0x${to.toString(16)}`)
        assert.equal((last?.timestamp ?? 0) - (first?.timestamp ?? 0), to)
      } finally {
        await Promise.all([...clients, reference].map((client) => client.close()))
      }
      t.diagnostic(`Atoll made blocks ${from} to ${to}, one for each height and second`)
      assert.ok(medianAndWorst(transfers).median <= 2_000, 'transfers cost more than one block')
    })
  },
)
