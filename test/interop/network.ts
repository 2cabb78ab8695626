import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { systemClock } from '#runtime/clock.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { findNatsServer } from '#node/nats-server/find-server.ts'

/** Contents of `network.json` of a running network. */
export interface NetworkFile {
  readonly controlUrl: string
  readonly l1: Readonly<Record<'rpcUrl' | 'beaconUrl' | 'adminUrl', string>>
  readonly files: Readonly<Record<'l2Genesis' | 'jwt' | 'rollupConfig' | 'l1ChainConfig', string>>
  /** Sequencers d and e are only in a network with op-conductor. */
  readonly nodes: Readonly<Record<'a' | 'b' | 'c', NodeFile>> &
    Readonly<Partial<Record<'d' | 'e', NodeFile>>>
  readonly unsafeBlockSigner: { readonly key: string }
  readonly accounts: readonly {
    readonly address: string
    readonly key: string
    readonly role?: string
  }[]
  readonly contracts: Readonly<Record<'disputeGameFactory', string>>
  /** Files with the output of each program. */
  readonly logs: Readonly<Record<string, string>>
}

/** An execution client of the network, and the rollup node on it. */
export interface NodeFile {
  readonly engineUrl: string
  readonly executionUrl: string
  readonly rollupUrl: string
  readonly multiaddr: string
  readonly peerId: string
  /** An enode URL, if the network runs discovery. */
  readonly discoveryEnode?: string
  readonly p2pKey: string
  readonly freeRollupPort: number
  readonly conductorUrl?: string
  /** Address of the raft of the op-conductor. */
  readonly consensusAddr?: string
}

const folder = fileURLToPath(new URL('./reference-network/', import.meta.url))
const cache = fileURLToPath(
  new URL('../../node_modules/.cache/atoll/reference-network/', import.meta.url),
)

/** Folder of the network's programs: `ATOLL_REFERENCE_NETWORK`, else the cache, where they are built if missing. */
export const programs: string = process.env['ATOLL_REFERENCE_NETWORK'] ?? join(cache, 'bin')

/** Chain id of the network's rollup. */
export const l2ChainId = 901

/** Why no network can run on this machine; undefined if a network can run. */
export function whyNoNetwork(): string | undefined {
  if (isBuilt() || hasGo()) return undefined
  return `the reference network is built with Go, which is not on PATH, and ATOLL_REFERENCE_NETWORK names no folder with the network's programs`
}

/**
 * Whether all programs are built. It suffices to look for two: op-geth is built last, and a folder of an earlier
 * version lacks op-proposer.
 */
function isBuilt(): boolean {
  return ['op-proposer', 'op-geth'].every((program) => existsSync(join(programs, program)))
}

/** Whether Go is on PATH. */
export function hasGo(): boolean {
  return spawnSync('bash', ['-c', 'command -v go']).status === 0
}

/** Result of a reorganisation of L1. */
export interface L1Reorg {
  readonly ancestor: { readonly hash: string; readonly number: number }
  readonly oldHead: { readonly hash: string; readonly number: number }
  readonly newHead: { readonly hash: string; readonly number: number }
}

/** A live network of op-node, op-geth and op-batcher. */
export class Network {
  readonly file: NetworkFile
  readonly #child: ChildProcess

  private constructor(file: NetworkFile, child: ChildProcess) {
    this.file = file
    this.#child = child
  }

  /**
   * Starts the network, after it was made sure that there is a NATS server for the nodes of Atoll: on a new checkout, one
   * may have to be built, which takes a minute.
   *
   * @throws Error with the output of the network, if the network ends before it is up
   */
  static async start(dir: string, flags: readonly string[]): Promise<Network> {
    await buildPrograms()
    const named = process.env['ATOLL_NATS_SERVER']
    await findNatsServer({ named, report: (what) => console.error(what) })
    const child = spawn(join(programs, 'refnet'), ['up', '--dir', dir, ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    endWithTests(child)
    let output = ''
    const ended = once(child, 'exit').then(() => 'ended' as const)
    const up = new Promise<'up'>((resolve) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (text: Buffer) => {
          output = (output + text.toString()).slice(-20_000)
          if (output.includes('network.json')) resolve('up')
        })
    })
    if ((await Promise.race([up, ended])) === 'ended') throw new Error(`no network: ${output}`)
    const file = JSON.parse(await readFile(join(dir, 'network.json'), 'utf8')) as NetworkFile
    return new Network(file, child)
  }

  /** Stops, starts or kills one program of the network. */
  async control(name: string, what: 'stop' | 'start' | 'kill'): Promise<void> {
    await post(`${this.file.controlUrl}/process/${name}/${what}`)
  }

  /** Sends a signal to one program of the network. */
  async signal(name: string, signal: NodeJS.Signals): Promise<void> {
    const response = await fetch(this.file.controlUrl)
    const { pids } = (await response.json()) as { readonly pids: Readonly<Record<string, number>> }
    const pid = pids[name]
    if (pid === undefined) throw new Error(`${name} does not run`)
    process.kill(pid, signal)
  }

  /** Replaces the last `depth` blocks of L1 by empty blocks, and adds one more block. */
  async reorganise(depth: number): Promise<L1Reorg> {
    const result = await post(`${this.file.l1.adminUrl}/reorg?depth=${depth}&extra=1`)
    // The answer comes from the network's own L1 driver, so its form is not checked.
    return result as L1Reorg
  }

  /** Stops or resumes the making of L1 blocks. */
  async controlL1(what: 'pause' | 'resume'): Promise<void> {
    await post(`${this.file.l1.adminUrl}/${what}`)
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await ended
  }
}

/** Folder for the whole output of each program; undefined if the output is not kept. */
const logFolder = process.env['ATOLL_INTEROP_LOGS']

/** A process that a test runs beside the network. */
export class Program {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  #output = ''

  /** @param onLine called with each line of the output */
  constructor(path: string, args: readonly string[], onLine?: (line: string) => void) {
    this.#child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    endWithTests(this.#child)
    this.#ended = once(this.#child, 'exit')
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue
      stream.on('data', (text: Buffer) => {
        this.#output = (this.#output + text.toString()).slice(-50_000)
        if (logFolder !== undefined)
          appendFileSync(join(logFolder, `${basename(path)}-${this.#child.pid}.log`), text)
      })
      if (onLine !== undefined) createInterface(stream).on('line', onLine)
    }
  }

  /** Process id; undefined if the program could not be started. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  /** The last lines of the output. */
  get output(): string {
    return this.#output
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    await this.#ended
  }

  /**
   * Sends a signal to the program and its descendants whose command line matches the pattern; without a pattern, to
   * all.
   */
  signal(signal: NodeJS.Signals, pattern = /./u): void {
    for (const pid of familyOf(this.pid ?? 0)) {
      const command = readCommand(pid)
      if (pattern.test(command)) process.kill(pid, signal)
    }
  }

  /** Ends the program without a chance to clean up. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}

/** A process and its descendants. */
function familyOf(root: number): readonly number[] {
  const children = readFileSync(`/proc/${root}/task/${root}/children`, 'utf8')
  const pids = children.split(' ').filter((text) => text !== '')
  return [root, ...pids.flatMap((pid) => familyOf(Number(pid)))]
}

function readCommand(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
}

/** Flags and their values, as a command line has them. */
export function flagsOf(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`)
}

/** A JSON-RPC client of one node. */
export function clientOf(
  url: string,
  fixedHeaders: Readonly<Record<string, string>> = {},
): JsonRpcClient {
  return new JsonRpcClient({
    endpoints: [{ url, fixedHeaders }],
    timeoutMs: 5_000,
    rounds: 5,
    clock: systemClock,
  })
}

/** A block of a node. */
export interface Block {
  readonly number: number
  readonly hash: string
  /** Unix seconds. */
  readonly timestamp: number
}

/** A block of a node by label or number; undefined if it is missing. */
export async function blockOf(client: JsonRpcClient, which: string): Promise<Block | undefined> {
  const block = (await client.call('eth_getBlockByNumber', [which, false])) as Readonly<
    Record<'number' | 'hash' | 'timestamp', string>
  > | null
  if (block === null) return undefined
  const { hash, number, timestamp } = block
  return { number: Number(number), hash, timestamp: Number(timestamp) }
}

/** Asks a process to end when this process exits. */
function endWithTests(child: ChildProcess): void {
  const end = () => void child.kill('SIGTERM')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
}

async function post(url: string): Promise<unknown> {
  const response = await fetch(url, { method: 'POST' })
  if (!response.ok) throw new Error(`${url}: ${await response.text()}`)
  return response.json()
}

/** Builds the network's programs if they are missing. @throws Error if they cannot be built */
export async function buildPrograms(): Promise<void> {
  if (isBuilt()) return
  console.error('builds the reference network from its Go modules (5 minutes, once)')
  const child = spawn('bash', [join(folder, 'build.sh'), cache, programs], {
    // The output of the build goes to stderr, so that it does not get into the results of a benchmark.
    stdio: ['ignore', 2, 'inherit'],
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0)
    throw new Error(`the reference network cannot be built: build.sh ends with ${code}`)
}
