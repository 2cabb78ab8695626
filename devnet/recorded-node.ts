import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type NodeView, NodeViewer } from '#node/node-view.ts'
import { type RunningNode, runNode } from '#node/run-node.ts'
import type { Report } from '#node/supervisor.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import type { OnLog } from '#runtime/log.ts'
import type { ReplayedL1 } from '#records/replay/replay-record.ts'
import { configFiles } from './record-world.ts'

/** Options of a node that derives a record. A record holds the recorded L1 and L2 blocks of a chain. */
export interface RecordedNodeOptions {
  readonly record: string
  /** Folder for the node's data and the Engine API secret. */
  readonly folder: string
  readonly l1: Pick<ReplayedL1, 'rpcUrl' | 'beaconUrl'>
  readonly engineUrl: string
  readonly jwtSecret: Uint8Array
  readonly natsServer: string | undefined
  readonly isInMemory?: boolean
  readonly logLevel: string
  readonly otlpUrl?: string | undefined
  /** Further settings of the node, by key. */
  readonly given?: Readonly<Record<string, string>>
  readonly report: Report
  /** Takes the logs of the services, as text. Without it, they go to the standard output. */
  readonly onLog?: OnLog | undefined
  /** Cancels the start. */
  readonly signal?: AbortSignal
  readonly onChange: (view: NodeView) => void
}

/** A node that derives from recorded L1 data, with a view of its states. */
export interface RecordedNode {
  readonly node: RunningNode
  readonly viewer: NodeViewer
  /** Rejects when the node fails, or when its states can no longer be followed. */
  readonly failed: Promise<never>
  readonly close: () => Promise<void>
}

/** Starts a verifier on recorded L1 data. With `isInMemory`, its services run in this process. */
export async function startRecordedNode(options: RecordedNodeOptions): Promise<RecordedNode> {
  const { record, folder, l1, engineUrl, natsServer, isInMemory, logLevel, otlpUrl } = options
  const jwtSecretFile = join(folder, 'jwt.hex')
  await writeFile(jwtSecretFile, Buffer.from(options.jwtSecret).toString('hex'), { mode: 0o600 })
  const { l2ChainId: chainId } = await readRollupConfig(record)
  const node = await runNode({
    chainId,
    node: 'main',
    dataDir: join(folder, 'node'),
    natsServer,
    natsPort: 0,
    health: { host: '127.0.0.1', port: 0 },
    ...(isInMemory !== undefined && { isInMemory }),
    given: {
      ...configFiles(record),
      l1RpcUrls: l1.rpcUrl,
      l1BeaconUrls: l1.beaconUrl,
      l1PollMs: '100',
      // A record has no peers.
      p2pDisable: 'true',
      rpcDisable: 'true',
      engineUrl,
      jwtSecretFile,
      logLevel,
      ...(options.onLog !== undefined && { logFormat: 'text' }),
      ...(otlpUrl !== undefined && { otlpUrl }),
      ...options.given,
    },
    signal: options.signal,
    report: options.report,
    onLog: options.onLog,
  })
  const blind = Promise.withResolvers<never>()
  const viewer = await openViewer(node, options.onChange, blind.reject)
  const failed = Promise.race([node.failed, blind.promise])
  // eslint-disable-next-line atoll/use-rejection -- the caller handles the rejection through `failed`
  failed.catch(() => undefined)
  const close = async () => {
    await viewer.close()
    await node.stop()
  }
  return { node, viewer, failed, close }
}

async function openViewer(
  node: RunningNode,
  onChange: RecordedNodeOptions['onChange'],
  onFatal: (error: Error) => void,
): Promise<NodeViewer> {
  try {
    return await NodeViewer.open(node.bus, onChange, onFatal)
  } catch (error) {
    await node.stop()
    throw error
  }
}
