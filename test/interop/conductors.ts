import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { flagsOf, type NetworkFile, type NodeFile, Program, programs } from './network.ts'
import { resultOf } from './rpc-clients.ts'
import { portOf, type Sequencer } from './sequencers.ts'
import { until } from './until.ts'

/** A sequencer of the cluster, and its op-conductor. */
export interface ClusterMember {
  readonly name: string
  readonly place: NodeFile
  readonly conductorUrl: string
  readonly conductor: Program
}

/** Starts the op-conductor of a sequencer, paused. The first op-conductor makes a cluster of its own. */
export async function startConductor(
  { files }: NetworkFile,
  {
    folder,
    isFirst,
    node,
    place,
  }: {
    readonly folder: string
    readonly isFirst: boolean
    readonly node: Sequencer
    readonly place: NodeFile
  },
): Promise<ClusterMember> {
  const { conductorUrl = '', consensusAddr = '', executionUrl } = place
  const storage = join(folder, `raft-${node.name}`)
  await mkdir(storage, { recursive: true })
  const port = portOf(conductorUrl)
  const flags = {
    'consensus.addr': '127.0.0.1',
    'consensus.port': consensusAddr.split(':')[1] ?? '',
    'raft.server.id': node.name,
    'raft.storage.dir': storage,
    'node.rpc': node.adminUrl,
    'execution.rpc': executionUrl,
    'healthcheck.interval': '1',
    'healthcheck.unsafe-interval': '5',
    'healthcheck.min-peer-count': '1',
    'rpc.addr': '127.0.0.1',
    'rpc.port': String(port),
    'websocket.server-port': String(port + 2),
    'rollup.config': files.rollupConfig,
    'log.format': 'logfmtms',
  }
  const switches = ['--rpc.enable-admin', '--paused', ...(isFirst ? ['--raft.bootstrap'] : [])]
  const path = join(programs, 'op-conductor')
  const conductor = new Program(path, [...flagsOf(flags), ...switches])
  const explain = async () => `${conductor.output}\n${await node.explain()}`
  const isUp = () =>
    resultOf<boolean>(conductorUrl, 'conductor_paused').then(
      () => true,
      (error: unknown) => !(error instanceof Error),
    )
  await until(`op-conductor ${node.name} answers`, { withinMs: 30_000, explain }, isUp)
  return { name: node.name, place, conductorUrl, conductor }
}

/** Joins op-conductors into one cluster, starts the sequencer of the leader, and resumes the op-conductors. */
export async function formCluster(
  members: readonly ClusterMember[],
  startFirst: () => Promise<void>,
): Promise<void> {
  const [first, ...others] = members
  if (first === undefined) throw new Error('a cluster without members')
  const explain = () => first.conductor.output
  const isLeader = () => resultOf<boolean>(first.conductorUrl, 'conductor_leader')
  await until('the first op-conductor is the leader', { withinMs: 30_000, explain }, isLeader)
  for (const { name, place } of others)
    await resultOf(first.conductorUrl, 'conductor_addServerAsVoter', [name, place.consensusAddr, 0])
  // A stopped sequencer is not healthy, and op-conductor starts only a healthy sequencer. So the test itself makes the
  // first start.
  await startFirst()
  for (const { conductorUrl } of members) await resultOf(conductorUrl, 'conductor_resume')
}

/** The member that leads the cluster; undefined during an election. */
export async function leaderOf(
  members: readonly ClusterMember[],
): Promise<ClusterMember | undefined> {
  const leads = await Promise.all(
    members.map(({ conductorUrl }) =>
      resultOf<boolean>(conductorUrl, 'conductor_leader').catch((error: unknown) => {
        if (!(error instanceof Error)) throw error
        return false
      }),
    ),
  )
  return members.find((_, at) => leads[at] === true)
}
