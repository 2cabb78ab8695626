import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { isFault } from '#runtime/fault.ts'
import type { LiveWorld } from '#devnet/live/start-live.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'
import { startExecutionClient } from './followers.ts'
import { buildPrograms, clientOf, flagsOf, Program, programs } from './network.ts'
import { until } from './until.ts'

/** An op-node with an execution client. It derives a devnet's chain from L1 alone: it has no gossip. */
export interface DevnetVerifier {
  /** JSON-RPC of the execution client. */
  readonly execution: JsonRpcClient
  /** JSON-RPC of op-node. */
  readonly rollup: JsonRpcClient
  /** Lines of op-node's log, which has warnings and errors. */
  readonly log: readonly string[]
  /** The last output of both programs. */
  explain(): string
  stop(): Promise<void>
}

/** Options of a verifier. */
export interface VerifierOptions {
  readonly folder: string
  /** `embedded` is our own client, which supports later hardforks than op-geth. */
  readonly client: 'op-geth' | 'embedded'
}

const startMs = 30_000

/**
 * Starts an execution client and op-node on the L1 of a devnet.
 *
 * @throws Error with the output of the programs if one of them does not answer in time
 */
export async function startDevnetVerifier(
  world: LiveWorld,
  { client, folder }: VerifierOptions,
): Promise<DevnetVerifier> {
  await buildPrograms()
  await mkdir(folder, { recursive: true })
  const jwt = join(folder, 'jwt.hex')
  await writeFile(jwt, randomBytes(32).toString('hex'), { mode: 0o600 })
  const freePort = async () => String(await freeTcpPort())
  const [enginePort, executionPort, rpcPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  const place = { folder, jwt, engine: enginePort, rpc: executionPort }
  const start = client === 'op-geth' ? startOpGeth : startEmbedded
  const engine = await start(world, place)
  const log: string[] = []
  const node = new Program(
    join(programs, 'op-node'),
    flagsOf({
      ...flagsOfNode(world),
      l2: `http://127.0.0.1:${enginePort}`,
      'l2.jwt-secret': jwt,
      'rpc.port': rpcPort,
    }),
    (line) => log.push(line),
  )
  const execution = clientOf(`http://127.0.0.1:${executionPort}`)
  const rollup = clientOf(`http://127.0.0.1:${rpcPort}`)
  const verifier = {
    execution,
    rollup,
    log,
    explain: () => `${node.output.slice(-4_000)}\n${engine.output.slice(-2_000)}`,
    stop: async () => {
      await node.stop()
      await engine.stop()
      for (const each of [rollup, execution]) await each.close()
    },
  }
  try {
    const { explain } = verifier
    const answers = (what: JsonRpcClient, method: string) => async () => {
      try {
        await what.call(method, [])
        return true
      } catch (error) {
        if (!isFault(error) && !(error instanceof JsonRpcError)) throw error
        return false
      }
    }
    await until(
      `${client} answers`,
      { withinMs: startMs, explain },
      answers(execution, 'eth_chainId'),
    )
    await until(
      'op-node answers',
      { withinMs: startMs, explain },
      answers(rollup, 'optimism_syncStatus'),
    )
    return verifier
  } catch (error) {
    await verifier.stop()
    throw error
  }
}

/** Where an execution client runs. */
interface Place {
  readonly folder: string
  readonly jwt: string
  readonly engine: string
  readonly rpc: string
}

async function startEmbedded({ rollup }: LiveWorld, { jwt, ...place }: Place): Promise<Program> {
  return startExecutionClient({ files: { l2Genesis: rollup.files.genesis, jwt } }, place)
}

async function startOpGeth(
  { rollup: { files } }: LiveWorld,
  { engine, folder, jwt, rpc }: Place,
): Promise<Program> {
  const program = join(programs, 'op-geth')
  const data = { datadir: join(folder, 'op-geth'), 'state.scheme': 'hash' }
  await promisify(execFile)(program, ['init', ...flagsOf(data), files.genesis])
  const flags = {
    ...data,
    syncmode: 'full',
    gcmode: 'archive',
    http: 'true',
    'http.addr': '127.0.0.1',
    'http.port': rpc,
    'authrpc.addr': '127.0.0.1',
    'authrpc.port': engine,
    'authrpc.jwtsecret': jwt,
    port: '0',
    maxpeers: '0',
    nodiscover: 'true',
    nat: 'none',
    ipcdisable: 'true',
    cache: '128',
  }
  return new Program(program, flagsOf(flags))
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
