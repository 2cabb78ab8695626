import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { HardforkTimes } from '#protocol/chains/hardforks.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import type { Report } from '#node/supervisor.ts'
import { type Closer, closeAll } from '#runtime/close-all.ts'
import { Random } from '#runtime/random.ts'
import type { Clock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import type { OnLog } from '#runtime/log.ts'
import type { PostedCounts } from '#devnet/batcher/batcher.ts'
import type { ChannelForm } from '#devnet/batcher/make-channel.ts'
import { type RunningBatcher, startBatcher } from '#devnet/batcher/start-batcher.ts'
import { startAnvil } from '#devnet/l1/anvil.ts'
import { serveBeaconApi } from '#devnet/l1/beacon-api.ts'
import { batcherAccount } from '#devnet/rollup/accounts.ts'
import { findNatsServer } from '#node/nats-server/find-server.ts'
import { createRollup, type Rollup } from '#devnet/rollup/create-rollup.ts'
import { l1SafeDistance, maxDrift, usualWindowBlocks } from '#devnet/rollup/usual-chain.ts'
import type { GivenClient } from './given-client.ts'
import { type LiveNode, newPeer, startLiveNode } from './live-node.ts'
import { allClients } from './all-clients.ts'
import { Builders, type Leading, newBuilder, streamUrlOf } from './builders.ts'
import { beaconPortOf, isFree, l1PortOf, nodePortsOf } from './ports.ts'
import { Traffic } from './traffic.ts'

/** Options of the parts of a live devnet. */
export interface WorldOptions {
  /** Folder for the files of the rollup and of the nodes. */
  readonly folder: string
  /** Number of nodes. The first one is the sequencer. */
  readonly nodes: number
  readonly blockSeconds: number
  readonly l1BlockSeconds: number
  readonly forkOffsets: HardforkTimes
  readonly form: ChannelForm
  /** The sequencing window in L1 blocks. */
  readonly windowBlocks?: number
  /** Execution client that the user runs, for the last node; undefined for an embedded one. */
  readonly givenClient?: GivenClient | undefined
  /** L2 transactions of users per second. */
  readonly rate: number
  readonly portBase: number
  readonly natsServer: string | undefined
  /** Whether the services of each node run in this process, without a NATS server. */
  readonly inMemory: boolean
  /** Builders that publish blocks in flashblocks; undefined if only the first node makes blocks, as a whole. */
  readonly builders?: BuildersSettings | undefined
  readonly logLevel: string
  readonly otlpUrl: string | undefined
  readonly clock: Clock
  /** Cancels the start. */
  readonly signal: AbortSignal
  readonly report: Report
  readonly onLog: OnLog | undefined
}

/** How blocks are built in flashblocks. */
interface BuildersSettings {
  /** Number of nodes that can lead; the others follow. */
  readonly count: number
  /** Time between two flashblocks. */
  readonly intervalMs: number
  /** Mean time between two kills of the leader; undefined for none. */
  readonly killEveryMs: number | undefined
}

/** The parts of a live devnet. */
export interface LiveWorld {
  /** Folder with the files of the rollup and of the nodes. */
  readonly folder: string
  readonly l1Url: string
  /** URL of the beacon API of L1. */
  readonly beaconUrl: string
  readonly l1: JsonRpcClient
  readonly rollup: Rollup
  readonly nodes: readonly LiveNode[]
  readonly traffic: Traffic
  /** JSON-RPC of each node's execution client. */
  readonly clients: readonly JsonRpcClient[]
  /** Ids of the processes that run, such as `node-1 engine`, without this process. */
  processes(): ReadonlyMap<string, number>
  /** URLs of the public streams of flashblocks. */
  readonly streams: readonly string[]
  /** The leader of the builders; undefined without builders. */
  leading(): Leading | undefined
  /** Leaves the leader as it is from now on. */
  stopKills(): Promise<void>
  /** What the batcher posted since its start; undefined while it is stopped. */
  posted(): PostedCounts | undefined
  /** Starts the batcher again after it was stopped. */
  startBatcher(): void
  stopBatcher(): Promise<void>
  /** Rejects when a part fails. */
  readonly failed: Promise<never>
  close(): Promise<void>
}

/** Time for each call of a chain. */
const timeoutMs = 10_000

/**
 * Starts an L1, a rollup on it, its nodes, a batcher and the traffic of users.
 *
 * @throws Fault if a part does not start; the parts that run are stopped then
 */
export async function startLive(options: WorldOptions): Promise<LiveWorld> {
  requireTimes(options)
  await requireNew(options.folder)
  await requireFreePorts(options)
  // A server may have to be built, which takes long. L1 would meanwhile get ahead.
  if (!options.inMemory) await findNatsServer({ ...options, named: options.natsServer })
  const closing: Closing = []
  const close = () => closeAll(closing)
  try {
    return { ...(await startParts(options, closing)), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** @throws Fault `settings` if the L1 origins of L2 blocks, of which each block has the next one at most, cannot keep up with L1 */
function requireTimes({ blockSeconds, l1BlockSeconds }: WorldOptions): void {
  if (l1BlockSeconds >= blockSeconds) return
  const detail = `--l1-block-time ${l1BlockSeconds} is less than --block-time ${blockSeconds}; an L2 block has the next L1 origin at most, so L1 cannot be faster than L2: give a shorter --block-time or a longer --l1-block-time`
  throw new Fault('settings', { detail })
}

/** @throws Fault `settings` if an earlier devnet used the folder: its L1 is gone, so its L2 cannot continue */
async function requireNew(folder: string): Promise<void> {
  const names = await readdir(folder)
  if (names.length === 0) return
  const detail = `--data-dir is ${folder}, which is not empty (${names[0]}); a devnet starts with a new L1, so choose an empty folder`
  throw new Fault('settings', { detail })
}

/** @throws Fault `rpc-port` that names a port that another process has */
async function requireFreePorts({ nodes, portBase }: WorldOptions): Promise<void> {
  const ofNodes = Array.from({ length: nodes }, (_, at) => nodePortsOf(portBase, at + 1))
  const ports = [
    l1PortOf(portBase),
    beaconPortOf(portBase),
    ...ofNodes.flatMap((ofNode) => Object.values({ ...ofNode })),
  ]
  for (const port of ports) {
    if (await isFree(port)) continue
    const detail = `another process has port ${port} of 127.0.0.1; choose other ports with --port-base`
    throw new Fault('rpc-port', { detail })
  }
}

/** What ends the parts of a devnet, in the order of their starts. */
type Closing = Closer[]

/** Starts the parts, each of which is added to `closing`. */
async function startParts(
  options: WorldOptions,
  closing: Closing,
): Promise<Omit<LiveWorld, 'close'>> {
  const { clock } = options
  const clientOf = (url: string) => {
    const client = new JsonRpcClient({ endpoints: [{ url }], timeoutMs, rounds: 2, clock })
    closing.push(() => client.close())
    return client
  }
  const { anvil, beaconUrl, l1, rollup } = await startRollup(options, { closing, clientOf })
  const l1Url = anvil.url
  const nodes = await startNodes(options, { rollup, l1Url, beaconUrl, closing })
  const clients = nodes.map(({ executionUrl }) => clientOf(executionUrl))
  const [sequencer, l2] = [nodes[0], clients[0]]
  if (sequencer === undefined || l2 === undefined) throw new Error('a devnet without nodes')
  const batcher = new KeptBatcher(() => {
    const { executionUrl, rollupUrl } = sequencer
    const urls = { l1Url, rollupUrl, executionUrl }
    return startBatcher({ ...options, ...urls, config: rollup.config, account: batcherAccount })
  })
  closing.push(() => batcher.stop())
  const builders = startBuilders(options, nodes)
  closing.push(() => builders?.stop())
  const users = builders === undefined ? l2 : allClients(clients)
  const traffic = new Traffic({ ...options, ...rollup, l1, l2: users, report: options.report })
  closing.push(() => traffic.stop())
  const failures = [
    ...nodes.map((node) => node.failed),
    batcher.failed,
    traffic.failed,
    ...(builders === undefined ? [] : [builders.failed]),
  ]
  const failed = Promise.race([...failures, anvil.failed])
  // eslint-disable-next-line atoll/use-rejection -- the caller handles the rejection through `failed`
  failed.catch(() => undefined)
  return {
    folder: options.folder,
    l1Url,
    beaconUrl,
    l1,
    rollup,
    nodes,
    clients,
    traffic,
    failed,
    streams: nodes.flatMap(({ streamUrl }) => streamUrl ?? []),
    leading: () => builders?.leading,
    stopKills: async () => builders?.stop(),
    posted: () => batcher.posted,
    processes: () =>
      new Map([
        ['anvil', anvil.pid],
        ...nodes.flatMap((node) =>
          [...node.pids()].map(([name, pid]) => [`${node.name} ${name}`, pid] as const),
        ),
      ]),
    startBatcher: () => batcher.start(),
    stopBatcher: () => batcher.stop(),
  }
}

/** Starts the choice of the leader; undefined without builders. */
function startBuilders(
  { builders: settings, clock, report }: WorldOptions,
  nodes: readonly LiveNode[],
): Builders | undefined {
  if (settings === undefined) return undefined
  const { count, killEveryMs } = settings
  const random = new Random(clock.now() % 2 ** 32)
  return new Builders({ nodes: nodes.slice(0, count), killEveryMs, random, clock, report })
}

/** A batcher that can be stopped and started again. */
class KeptBatcher {
  readonly #start: () => RunningBatcher
  readonly #failed = Promise.withResolvers<never>()
  #running: RunningBatcher | undefined

  constructor(start: () => RunningBatcher) {
    this.#start = start
    this.start()
  }

  /** Rejects when the batcher fails. */
  get failed(): Promise<never> {
    return this.#failed.promise
  }

  get posted(): PostedCounts | undefined {
    return this.#running?.posted()
  }

  start(): void {
    if (this.#running !== undefined) return
    this.#running = this.#start()
    this.#running.failed.catch((error: unknown) => this.#failed.reject(error))
  }

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    await running?.stop()
  }
}

/** Starts the L1, and creates the rollup on it. */
async function startRollup(
  options: WorldOptions,
  {
    closing,
    clientOf,
  }: { readonly closing: Closing; readonly clientOf: (url: string) => JsonRpcClient },
) {
  const { blockSeconds, clock, folder, forkOffsets, l1BlockSeconds, portBase, report } = options
  const { windowBlocks = usualWindowBlocks } = options
  const host = '127.0.0.1'
  const anvil = await startAnvil({
    blockSeconds: l1BlockSeconds,
    safeDistance: l1SafeDistance,
    host,
    port: l1PortOf(portBase),
    portFlag: '--port-base',
    timestamp: Math.floor(clock.now() / 1_000),
  })
  closing.push(() => anvil.stop())
  const l1 = clientOf(anvil.url)
  const chain = { blockSeconds, forkOffsets, windowBlocks, maxDrift }
  const rollup = await createRollup({ l1, folder: join(folder, 'rollup'), ...chain })
  const port = beaconPortOf(portBase)
  const beacon = await serveBeaconApi({ l1, anvilUrl: anvil.url, host, port })
  closing.push(() => beacon.close())
  report(`L1 at ${anvil.url}, its beacon API at ${beacon.url}`)
  report(
    `the deposit contract is ${rollup.portal}, the files of the rollup are in ${join(folder, 'rollup')}`,
  )
  return { anvil, beaconUrl: beacon.url, l1, rollup }
}

async function startNodes(
  options: WorldOptions,
  {
    rollup: { files },
    l1Url,
    beaconUrl,
    closing,
  }: {
    readonly rollup: Rollup
    readonly l1Url: string
    readonly beaconUrl: string
    readonly closing: Closing
  },
): Promise<readonly LiveNode[]> {
  const places = Array.from({ length: options.nodes }, (_, at) => {
    const ports = nodePortsOf(options.portBase, at + 1)
    const isSequencer = at < (options.builders?.count ?? 1)
    return { name: `node-${at + 1}`, isSequencer, ports, self: newPeer(ports) }
  })
  const { builders } = options
  const sequencers = places.filter(({ isSequencer }) => isSequencer)
  const made = builders && (await Promise.all(sequencers.map(({ ports }) => newBuilder(ports))))
  const nodes: LiveNode[] = []
  for (const [at, place] of places.entries()) {
    const builder = made?.[at]
    const node = await startLiveNode({
      ...place,
      givenClient: place === places.at(-1) ? options.givenClient : undefined,
      folder: join(options.folder, place.name),
      files,
      l1Url,
      beaconUrl,
      peers: places.filter((each) => each !== place).map(({ self }) => self),
      natsServer: options.natsServer,
      isInMemory: options.inMemory,
      given: options.otlpUrl === undefined ? {} : { otlpUrl: options.otlpUrl },
      builder: builder &&
        builders && {
          builder,
          intervalMs: builders.intervalMs,
          others: made.filter((each) => each !== builder),
        },
      followed: builder === undefined ? (made ?? []).map(streamUrlOf) : [],
      logLevel: options.logLevel,
      report: options.report,
      onLog: options.onLog,
      onChange: () => undefined,
      signal: options.signal,
    })
    closing.push(() => node.close())
    nodes.push(node)
    options.report(
      `${node.name}: execution client at ${node.executionUrl}, rollup node at ${node.rollupUrl}`,
    )
    if (node.streamUrl !== undefined)
      options.report(`${node.name}: flashblocks at ${node.streamUrl}`)
  }
  return nodes
}
