import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { toError } from '#runtime/fault.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import {
  blockOf,
  clientOf,
  flagsOf,
  l2ChainId,
  type Network,
  type NetworkFile,
  Program,
} from './network.ts'
import { until } from './until.ts'

/** A node whose heads are observed: a verifier, the sequencer, or L1. */
export interface Follower {
  readonly name: string
  readonly execution: JsonRpcClient
  /** State and last log lines of the node; empty for a node of the network itself. */
  explain(): Promise<string>
  stop(): Promise<void>
}

/** Interval at which op-node and Atoll poll the head of L1. */
const l1PollMs = 500

/** Number of characters shown from the end of a node's log. */
const logTailChars = 4_000

const atoll = fileURLToPath(new URL('../../packages/cli/atoll.js', import.meta.url))

/** The network's op-node b, a verifier. */
export function opNodeOf({ file }: Network): Follower {
  return ofNetwork('op-node', file.nodes.b.executionUrl)
}

/** The network's op-node a, the sequencer. */
export function sequencerOf({ file }: Network): Follower {
  return ofNetwork('sequencer', file.nodes.a.executionUrl)
}

/** L1 itself. The labels of its heads are the same as on L2. */
export function l1Of({ file }: Network): Follower {
  return ofNetwork('L1', file.l1.rpcUrl)
}

function ofNetwork(name: string, url: string): Follower {
  const execution = clientOf(url)
  return { name, execution, explain: async () => '', stop: () => execution.close() }
}

/** Changes to the default flags of a node. By default, a node has no gossip and logs only warnings and errors. */
export interface NodeOptions {
  readonly flags?: Readonly<Record<string, string>>
  /** Called with each line of the node's log. */
  readonly onLine?: (line: string) => void
}

/** Starts Atoll on the op-geth c of the network, which no other node drives. */
export async function startOnOpGeth(
  { file }: Network,
  folder: string,
  options: NodeOptions = {},
): Promise<Follower> {
  const { engineUrl, executionUrl } = file.nodes.c
  const execution = clientOf(executionUrl)
  const node = startNode(file, { ...options, dataDir: join(folder, 'on-op-geth'), engineUrl })
  return {
    name: 'Atoll, op-geth',
    execution,
    explain: node.explain,
    stop: async () => {
      await node.stop()
      await execution.close()
    },
  }
}

/** Starts Atoll on the embedded execution client. */
export async function startOnEmbedded(
  { file }: Network,
  {
    folder,
    portBase,
    ...options
  }: { readonly folder: string; readonly portBase: number } & NodeOptions,
): Promise<Follower> {
  const dataDir = join(folder, 'on-embedded')
  const [engine, rpc] = [String(portBase), String(portBase + 1)]
  const client = startExecutionClient(file, { folder: dataDir, engine, rpc })
  const execution = clientOf(`http://127.0.0.1:${rpc}`)
  const explain = () => client.output.slice(-logTailChars)
  await until('the execution client answers', { withinMs: 60_000, explain }, isUp(execution))
  const engineUrl = `http://127.0.0.1:${engine}`
  const node = startNode(file, { ...options, dataDir, engineUrl })
  return {
    name: 'Atoll, embedded',
    execution,
    explain: async () => `${await node.explain()}\n${explain()}`,
    stop: async () => {
      await node.stop()
      await client.stop()
      await execution.close()
    },
  }
}

/** Starts the embedded execution client on the chain of a network. */
export function startExecutionClient(
  { files }: { readonly files: Pick<NetworkFile['files'], 'l2Genesis' | 'jwt'> },
  {
    folder,
    engine,
    rpc,
  }: { readonly folder: string; readonly engine: string; readonly rpc: string },
): Program {
  const flags = {
    genesis: files.l2Genesis,
    'jwt-secret-file': files.jwt,
    'data-dir': join(folder, 'execution'),
    // The tests compare old blocks and states, however long they run.
    archive: 'true',
    'engine-port': engine,
    'rpc-port': rpc,
    'log-format': 'json',
  }
  return new Program(process.execPath, [atoll, 'execution-client', ...flagsOf(flags)])
}

/** Whether a node answers a request for its newest block. */
export function isUp(client: JsonRpcClient): () => Promise<boolean> {
  return () =>
    blockOf(client, 'latest').then(
      () => true,
      (error: unknown) => !(error instanceof Error),
    )
}

/** Starts `atoll node`, with all of its services and its bus. */
export function startNode(
  { files, l1 }: Network['file'],
  {
    dataDir,
    engineUrl,
    flags: given,
    onLine,
  }: { readonly dataDir: string; readonly engineUrl: string } & NodeOptions,
): Pick<Follower, 'explain' | 'stop'> & Pick<Program, 'kill' | 'signal'> {
  const flags = {
    'rollup-config': files.rollupConfig,
    'l1-chain-config': files.l1ChainConfig,
    'l1-rpc-urls': l1.rpcUrl,
    'l1-beacon-urls': l1.beaconUrl,
    'l1-poll-ms': String(l1PollMs),
    // The interval of the network's op-nodes: one L1 block.
    'l1-finality-poll-ms': '2000',
    'engine-url': engineUrl,
    'jwt-secret-file': files.jwt,
    'data-dir': dataDir,
    'p2p-disable': 'true',
    'rpc-port': '0',
    'log-level': 'warn',
    'log-format': 'json',
    ...given,
  }
  const program = new Program(process.execPath, [atoll, 'node', ...flagsOf(flags)], onLine)
  const explain = async () => `${await statusOf(dataDir)}\n${program.output.slice(-logTailChars)}`
  return {
    explain,
    stop: () => program.stop(),
    kill: () => program.kill(),
    signal: (signal, pattern) => program.signal(signal, pattern),
  }
}

async function statusOf(dataDir: string): Promise<string> {
  const flags = flagsOf({ 'chain-id': String(l2ChainId), 'data-dir': dataDir })
  const run = promisify(execFile)(process.execPath, [atoll, 'status', ...flags])
  return run.then(
    ({ stdout }) => stdout,
    (error: unknown) => `no status: ${toError(error).message}`,
  )
}
