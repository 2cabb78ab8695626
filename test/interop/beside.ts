import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Follower,
  l1Of,
  opNodeOf,
  sequencerOf,
  startOnEmbedded,
  startOnOpGeth,
} from './followers.ts'
import { HeadRecord, type Sample } from './head-record.ts'
import { flagsOf, Network } from './network.ts'

/** A live network, and the nodes that follow it. */
export interface Beside {
  readonly network: Network
  readonly opNode: Follower
  /** Two Atoll nodes: one on an op-geth, one on the embedded client. */
  readonly ours: readonly Follower[]
  /** Heads of op-node, of the Atoll nodes, of L1 and of the sequencer. */
  readonly record: HeadRecord
}

/** First of the 160 ports that the network and the nodes beside it use. */
const portBase = Number(process.env['ATOLL_INTEROP_PORT'] ?? 9_700)

/** First port of the processes that run beside the network. */
export const ownPorts: number = portBase + 150

/** The shortest block times with more than one L2 block per epoch. All forks activate early. */
const networkFlags = {
  'port-base': String(portBase),
  'l2-block-time': '1',
  'l1-block-time': '2',
  'forks-gap': '3',
  fork: 'jovian',
  send: '2',
}

/** Starts the two Atoll nodes of a network. */
type StartOurs = (network: Network, folder: string) => readonly (() => Promise<Follower>)[]

/** Starts both nodes without gossip: one on an op-geth, one on the embedded client. */
const onBothClients: StartOurs = (network, folder) => [
  () => startOnOpGeth(network, folder),
  () => startOnEmbedded(network, { folder, portBase: ownPorts }),
]

/** Runs a network with op-node and two Atoll nodes beside it. Stops all of them afterwards. */
export async function besideNetwork(
  flags: Readonly<Record<string, string>>,
  run: (beside: Beside) => Promise<void>,
  startOurs: StartOurs = onBothClients,
): Promise<void> {
  const closing: (() => Promise<void>)[] = []
  try {
    const folder = await mkdtemp(join(tmpdir(), 'atoll-interop-'))
    closing.push(() => rm(folder, { recursive: true, force: true }))
    const network = await Network.start(
      join(folder, 'network'),
      flagsOf({ ...networkFlags, ...flags }),
    )
    closing.push(() => network.stop())
    const kept = (follower: Follower) => {
      closing.push(() => follower.stop())
      return follower
    }
    const makers = [kept(l1Of(network)), kept(sequencerOf(network))]
    const opNode = kept(opNodeOf(network))
    const ours: Follower[] = []
    for (const start of startOurs(network, folder)) ours.push(kept(await start()))
    await run({ network, opNode, ours, record: new HeadRecord([...makers, opNode, ...ours]) })
  } finally {
    for (const close of closing.toReversed()) await close()
  }
}

/**
 * Waits until op-node and the Atoll nodes have a first safe block. Then waits until all of them have reached the safe
 * head that op-node had at that time.
 *
 * @returns the number of that safe head
 */
export async function untilCaughtUp({ opNode, ours, record }: Beside): Promise<number> {
  const verifiers = [opNode, ...ours]
  const allAt = (number: number) => (sample: Sample) =>
    verifiers.every(({ name }) => (sample.get(name)?.safe?.number ?? 0) >= number)
  await record.until('a first safe block', 180_000, allAt(1))
  const caughtUp = record.last.get(opNode.name)?.safe?.number ?? 0
  await record.until('all nodes have caught up', 180_000, allAt(caughtUp))
  return caughtUp
}
