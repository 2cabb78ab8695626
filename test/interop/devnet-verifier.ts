import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import type { LiveWorld } from '#devnet/live/start-live.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'
import { isUp } from './followers.ts'
import { buildPrograms, clientOf, flagsOf, Program, programs } from './network.ts'
import { until } from './until.ts'

/** An op-node with its op-geth that derives a devnet's chain from L1 alone: it has no gossip. */
export interface DevnetVerifier {
  /** JSON-RPC of op-geth. */
  readonly execution: JsonRpcClient
  /** JSON-RPC of op-node. */
  readonly rollup: JsonRpcClient
  /** Lines of op-node's log, which has warnings and errors. */
  readonly log: readonly string[]
  /** The last output of both programs. */
  explain(): string
  stop(): Promise<void>
}

const startMs = 30_000

/**
 * Starts op-geth and op-node on the L1 of a devnet.
 *
 * @throws Error with the output of the programs if one of them does not answer in time
 */
export async function startDevnetVerifier(
  world: LiveWorld,
  folder: string,
): Promise<DevnetVerifier> {
  await buildPrograms()
  await mkdir(folder, { recursive: true })
  const jwt = join(folder, 'jwt.hex')
  await writeFile(jwt, randomBytes(32).toString('hex'), { mode: 0o600 })
  const enginePort = await freeTcpPort()
  const geth = await startOpGeth(world, { folder, jwt, enginePort })
  const rpcPort = await freeTcpPort()
  const log: string[] = []
  const node = new Program(
    join(programs, 'op-node'),
    flagsOf({
      ...flagsOfNode(world),
      l2: `http://127.0.0.1:${enginePort}`,
      'l2.jwt-secret': jwt,
      'rpc.port': String(rpcPort),
    }),
    (line) => log.push(line),
  )
  const rollup = clientOf(`http://127.0.0.1:${rpcPort}`)
  const verifier = {
    execution: geth.client,
    rollup,
    log,
    explain: () => `${node.output.slice(-4_000)}\n${geth.program.output.slice(-2_000)}`,
    stop: async () => {
      await node.stop()
      await geth.program.stop()
      for (const client of [rollup, geth.client]) await client.close()
    },
  }
  try {
    const { explain } = verifier
    await until('op-geth answers', { withinMs: startMs, explain }, isUp(geth.client))
    await until('op-node answers', { withinMs: startMs, explain }, () =>
      rollup.call('optimism_syncStatus', []).then(
        () => true,
        (error: unknown) => !(error instanceof Error),
      ),
    )
    return verifier
  } catch (error) {
    await verifier.stop()
    throw error
  }
}

async function startOpGeth(
  { rollup: { files } }: LiveWorld,
  {
    enginePort,
    folder,
    jwt,
  }: { readonly enginePort: number; readonly folder: string; readonly jwt: string },
) {
  const program = join(programs, 'op-geth')
  const datadir = join(folder, 'op-geth')
  const scheme = { datadir, 'state.scheme': 'hash' }
  await promisify(execFile)(program, ['init', ...flagsOf(scheme), files.genesis])
  const rpcPort = await freeTcpPort()
  const flags = {
    ...scheme,
    syncmode: 'full',
    gcmode: 'archive',
    http: 'true',
    'http.addr': '127.0.0.1',
    'http.port': String(rpcPort),
    'authrpc.addr': '127.0.0.1',
    'authrpc.port': String(enginePort),
    'authrpc.jwtsecret': jwt,
    port: '0',
    maxpeers: '0',
    nodiscover: 'true',
    nat: 'none',
    ipcdisable: 'true',
    cache: '128',
  }
  return {
    program: new Program(program, flagsOf(flags)),
    client: clientOf(`http://127.0.0.1:${rpcPort}`),
  }
}

function flagsOfNode({ beaconUrl, l1Url, rollup: { files } }: LiveWorld) {
  return {
    l1: l1Url,
    'l1.beacon': beaconUrl,
    'l1.rpckind': 'standard',
    // anvil computes the transactions root of a block with blobs from more than its transactions.
    'l1.trustrpc': 'true',
    'l1.http-poll-interval': '500ms',
    'l1.epoch-poll-interval': '2s',
    'l2.enginekind': 'geth',
    'rollup.config': files.rollupConfig,
    'rollup.l1-chain-config': files.l1ChainConfig,
    'rpc.addr': '127.0.0.1',
    'p2p.disable': 'true',
    'verifier.l1-confs': '0',
    'log.level': 'warn',
  }
}
