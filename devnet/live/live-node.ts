import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { peerIdOf, publicKeyOf } from '#protocol/p2p/network-key.ts'
import { type Closer, closeAll } from '#runtime/close-all.ts'
import type { OnLog } from '#runtime/log.ts'
import { type NodeView, NodeViewer } from '#node/node-view.ts'
import { nodeServices } from '#node/node-services.ts'
import { type RunningNode, runNode } from '#node/run-node.ts'
import type { Report } from '#node/supervisor.ts'
import { l2ChainId, type RollupFiles } from '#devnet/rollup/create-rollup.ts'
import { privateKeyOf, signerAccount } from '#devnet/rollup/accounts.ts'
import { type ClientProcess, startClientProcess } from './client-process.ts'
import { builderSettings, type DevnetBuilder, followerSettings, streamUrlOf } from './builders.ts'
import { awaitGivenClient, type GivenClient } from './given-client.ts'
import type { NodePorts } from './ports.ts'

/** A libp2p host of the devnet. */
export interface DevnetPeer {
  readonly key: Uint8Array
  readonly address: string
}

/** Options of one node of a devnet. */
export interface LiveNodeOptions {
  readonly name: string
  readonly isSequencer: boolean
  /** Folder of the node and of its execution client. */
  readonly folder: string
  readonly files: RollupFiles
  readonly ports: NodePorts
  /** Execution client that the user runs; undefined for an embedded one, which is started. */
  readonly givenClient: GivenClient | undefined
  readonly l1Url: string
  readonly beaconUrl: string
  readonly self: DevnetPeer
  readonly peers: readonly DevnetPeer[]
  readonly natsServer: string | undefined
  readonly isInMemory: boolean
  /** The builder of this node, and the other ones; undefined if blocks are not built in flashblocks. */
  readonly builder:
    | {
        readonly builder: DevnetBuilder
        readonly intervalMs: number
        readonly others: readonly DevnetBuilder[]
      }
    | undefined
  /** Public streams of the builders, which a node that is no builder follows. */
  readonly followed: readonly string[]
  /** Further settings of the node, by key. */
  readonly given: Readonly<Record<string, string>>
  readonly logLevel: string
  readonly report: Report
  readonly onLog?: OnLog | undefined
  readonly onChange: (view: NodeView) => void
  readonly signal: AbortSignal
}

/** A running node of a devnet, with its execution client. */
export interface LiveNode {
  readonly name: string
  readonly executionUrl: string
  readonly rollupUrl: string
  /** JSON-RPC of the admin methods, and the file with the token for them. */
  readonly adminUrl: string
  readonly adminTokenFile: string
  readonly bus: string
  /** Public stream of flashblocks; undefined if the node is no builder. */
  readonly streamUrl: string | undefined
  readonly view: () => NodeView
  /** Ids of the processes that run, by name: services, execution client and NATS server. */
  readonly pids: () => ReadonlyMap<string, number>
  /** Rejects when the node or its execution client fails. */
  readonly failed: Promise<never>
  close(): Promise<void>
}

/** Name of the execution client in reports. */
const executionClient = 'execution-client'

/** Name of the file with the token of the admin methods. */
const adminToken = 'admin-token.hex'

/** A host with a new key. */
export function newPeer({ p2p }: NodePorts): DevnetPeer {
  const key = randomBytes(32)
  return { key, address: `/ip4/127.0.0.1/tcp/${p2p}/p2p/${peerIdOf(publicKeyOf(key))}` }
}

/** Starts an execution client and a node on it. @throws Fault if one of them does not start */
export async function startLiveNode(options: LiveNodeOptions): Promise<LiveNode> {
  const { folder, name, onChange, ports, report, signal } = options
  await mkdir(folder, { recursive: true })
  const jwtSecretFile = await secret(folder, 'jwt.hex', randomBytes(32))
  const client = await openClient(options, jwtSecretFile)
  const closing: Closer[] = [() => client.stop()]
  const close = () => closeAll(closing)
  try {
    const node = await runNode({
      chainId: BigInt(l2ChainId),
      node: name,
      dataDir: join(folder, 'node'),
      natsServer: options.natsServer,
      natsPort: 0,
      isInMemory: options.isInMemory,
      health: { host: '127.0.0.1', port: ports.metrics },
      given: await settingsOf(options, client, jwtSecretFile),
      report: (what, level) => report(`${name}: ${what}`, level),
      onLog: prefixed(options.onLog, name),
      signal,
    })
    closing.push(() => node.stop())
    const blind = Promise.withResolvers<never>()
    const viewer = await NodeViewer.open(node.bus, onChange, blind.reject)
    closing.push(() => viewer.close())
    const failed = Promise.race([node.failed, client.failed, blind.promise])
    // eslint-disable-next-line atoll/use-rejection -- the caller handles the rejection through `failed`
    failed.catch(() => undefined)
    return {
      name,
      executionUrl: client.rpcUrl,
      rollupUrl: `http://127.0.0.1:${ports.rollup}`,
      adminUrl: `http://127.0.0.1:${ports.admin}`,
      adminTokenFile: join(folder, adminToken),
      bus: node.bus.what,
      streamUrl: options.builder && streamUrlOf(options.builder.builder),
      view: () => viewer.view,
      pids: () => pidsOf({ client, node }),
      failed,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Starts the execution client of a node, or waits for the one that the user runs. */
function openClient(options: LiveNodeOptions, jwtSecretFile: string): Promise<ClientProcess> {
  const { files, folder, givenClient, name, onLog, ports, signal } = options
  const report: Report = (what, level) => options.report(`${name}: ${what}`, level)
  const common = { genesis: files.genesis, jwtSecretFile, report, signal }
  if (givenClient !== undefined) return awaitGivenClient({ ...common, client: givenClient })
  return startClientProcess({
    ...common,
    name: executionClient,
    onLog: prefixed(onLog, name),
    dataDir: join(folder, 'execution'),
    enginePort: ports.engine,
    rpcPort: ports.execution,
  })
}

/** Puts the name of the node before each text. */
function prefixed(onLog: OnLog | undefined, name: string): OnLog | undefined {
  return onLog === undefined ? undefined : (text) => onLog(`${name} ${text}`)
}

function pidsOf(parts: {
  readonly client: ClientProcess
  readonly node: RunningNode
}): ReadonlyMap<string, number> {
  const { client, node } = parts
  const pids = [
    [executionClient, client.pid()],
    ['nats-server', node.bus.serverPid()],
    ...nodeServices.map(({ name }) => [name, node.pidOf(name)] as const),
  ] as const
  return new Map(pids.flatMap(([name, pid]) => (pid === undefined ? [] : [[name, pid] as const])))
}

async function settingsOf(
  options: LiveNodeOptions,
  { engineUrl, rpcUrl }: Pick<ClientProcess, 'engineUrl' | 'rpcUrl'>,
  jwtSecretFile: string,
): Promise<Readonly<Record<string, string>>> {
  const { beaconUrl, files, folder, given, isSequencer, l1Url, logLevel, peers, ports, self } =
    options
  return {
    rollupConfig: files.rollupConfig,
    l1ChainConfig: files.l1ChainConfig,
    l1RpcUrls: l1Url,
    l1BeaconUrls: beaconUrl,
    // anvil computes the transactions root of a block with blobs from more than its transactions, so the root is not checked.
    l1TrustedUrls: l1Url,
    l1PollMs: '500',
    engineUrl,
    jwtSecretFile,
    rpcPort: String(ports.rollup),
    rpcAdminPort: String(ports.admin),
    rpcAdminTokenFile: await secret(folder, adminToken, randomBytes(32)),
    p2pKeyFile: await secret(folder, 'host.hex', self.key),
    p2pListenIp: '127.0.0.1',
    p2pListenTcp: String(ports.p2p),
    p2pDiscovery: 'false',
    p2pFetchPayloads: 'true',
    ...(peers.length > 0 && { p2pStaticPeers: peers.map(({ address }) => address).join(',') }),
    ...(isSequencer && {
      sequencerEnabled: 'true',
      sequencerL1Confs: '0',
      p2pSequencerKeyFile: await secret(folder, 'signer.hex', privateKeyOf(signerAccount)),
    }),
    logLevel,
    ...(options.onLog !== undefined && { logFormat: 'text' }),
    ...(options.builder === undefined
      ? followerSettings(ports, options.followed)
      : await builderSettings(folder, options.builder.builder, options.builder)),
    // The rollup node answers calls for the pending block, and passes on the other ones.
    ...((options.builder !== undefined || options.followed.length > 0) && {
      executionRpcUrl: rpcUrl,
      executionRpcPassOn: 'true',
    }),
    ...given,
  }
}

async function secret(folder: string, name: string, key: Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, Buffer.from(key).toString('hex'), { mode: 0o600 })
  return path
}
