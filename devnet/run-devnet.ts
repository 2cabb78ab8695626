import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChainState } from '#messages/chain-state.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { Clock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import type { OnLog } from '#runtime/log.ts'
import { makeTemporaryFolder } from '#runtime/temporary-folder.ts'
import { closeAll } from '#runtime/close-all.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { readL2 } from '#records/folder/read-l2.ts'
import { makeDataDir } from '#node/make-data-dir.ts'
import { type NodeView, waitsOf } from '#node/node-view.ts'
import type { Report } from '#node/supervisor.ts'
import { type ComparedChain, compareChain } from './compare-chain.ts'
import { startClient, startL1 } from './record-world.ts'
import { type RecordedNodeOptions, startRecordedNode } from './recorded-node.ts'

/** Block numbers of the safe and the finalized head at which a run ends. */
interface Until {
  readonly safe: bigint
  readonly finalized: bigint
}

/** Options of a devnet run. */
export interface DevnetOptions {
  /** Folder of the record, the recorded L1 and L2 blocks of a chain. */
  readonly record: string
  /** Factor on the recorded speed; 0: L1 has all of its blocks from the start. */
  readonly speed: number
  /** Data folder, which is kept after the run; undefined for a temporary folder. */
  readonly dataDir: string | undefined
  readonly natsServer: string | undefined
  /** Whether all services run in this process, without a NATS server. */
  readonly inMemory: boolean
  /** The run ends when these heads are reached. If both are undefined, it ends when all recorded blocks are final. */
  readonly until: { readonly [Head in keyof Until]: Until[Head] | undefined }
  readonly timeoutMs: number
  readonly logLevel: string
  /** OTLP endpoint for the spans of the services. */
  readonly otlpUrl: string | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly report: Report
  /** Takes all logs, as text. Without it, they go to the standard output. */
  readonly onLog: OnLog | undefined
  readonly onChange: (view: NodeView) => void
}

/** Result of a devnet run. */
export interface DevnetResult extends ComparedChain {
  readonly chain: ChainState
  /** Description of the bus. */
  readonly bus: string
  /** Seconds from the start of the node until the heads were reached. */
  readonly seconds: number
}

/**
 * Runs a verifier on the L1 of a record, with the embedded execution client, until it reaches the requested heads.
 * Then compares each block up to the safe head with the record.
 *
 * @throws Fault `record` if the record cannot be used; `settings` if the record has too few blocks; `devnet` at the
 *   timeout; `aborted` if `signal` is aborted
 */
export async function runDevnet(options: DevnetOptions): Promise<DevnetResult> {
  const { dataDir, signal } = options
  if (dataDir !== undefined) {
    await unlessAborted(makeDataDir(dataDir), signal)
    return runIn(dataDir, options)
  }
  const folder = await makeTemporaryFolder(join(tmpdir(), 'atoll-devnet-'))
  try {
    return await runIn(folder.path, options)
  } finally {
    await folder.remove()
  }
}

async function runIn(folder: string, options: DevnetOptions): Promise<DevnetResult> {
  const { record, report, signal, clock } = options
  const until = await unlessAborted(untilOf(options), signal)
  const closing: (() => Promise<unknown>)[] = []
  try {
    const l1 = await unlessAborted(startL1(options), signal)
    closing.push(() => l1.close())
    const jwtSecret = randomBytes(32)
    const logFormat = options.onLog === undefined ? 'json' : 'text'
    const starting = startClient({ ...options, logFormat }, folder, jwtSecret)
    const client = await unlessAborted(starting, signal)
    closing.push(() => client.close())
    report(`L1 of ${record} at ${l1.rpcUrl}, execution client at ${client.rpcUrl}`)
    const startedMs = clock.monotonicMs()
    const { engineUrl } = client
    const { chain, bus } = await follow(options, until, { folder, l1, engineUrl, jwtSecret })
    const seconds = (clock.monotonicMs() - startedMs) / 1_000
    const { number: last } = chain.safe
    const comparing = compareChain(record, client.rpcUrl, { last, clock, signal })
    return { ...(await unlessAborted(comparing, signal)), chain, bus, seconds }
  } finally {
    await closeAll(closing)
  }
}

async function untilOf({ record, until }: DevnetOptions): Promise<Until> {
  const config = await readRollupConfig(record)
  let last = config.genesis.l2.number
  for await (const { block } of readL2(record, config)) last = block.number
  const safe = until.safe ?? (until.finalized === undefined ? last : until.finalized)
  const finalized = until.finalized ?? (until.safe === undefined ? last : 0n)
  if (safe <= last && finalized <= last) return { safe, finalized }
  const detail = `--until asks for more than the ${last} blocks of ${record}`
  throw new Fault('settings', { detail })
}

async function follow(
  options: DevnetOptions,
  until: Until,
  world: Pick<RecordedNodeOptions, 'folder' | 'l1' | 'engineUrl' | 'jwtSecret'>,
): Promise<{ readonly chain: ChainState; readonly bus: string }> {
  const { onChange, timeoutMs, clock, signal } = options
  const reached = Promise.withResolvers<ChainState>()
  const { node, viewer, failed, close } = await startRecordedNode({
    ...options,
    ...world,
    isInMemory: options.inMemory,
    onChange: (view) => {
      onChange(view)
      const { chain } = view
      if (chain !== undefined && isReached(chain, until)) reached.resolve(chain)
    },
  })
  const stopTimer = clock.after(timeoutMs, () => {
    const detail = `${askedHeads(options, until)} not reached in ${timeoutMs / 1_000} s; ${whyNot(viewer.view)}`
    reached.reject(new Fault('devnet', { detail }))
  })
  try {
    const chain = await unlessAborted(Promise.race([reached.promise, failed]), signal)
    return { chain, bus: node.bus.what }
  } finally {
    stopTimer()
    await close()
  }
}

/** The beginning of an error text: the requested heads and a verb, such as `safe 5 and finalized 3 were`. */
function askedHeads({ until: asked }: DevnetOptions, until: Until): string {
  const heads = ['safe', 'finalized'] as const
  const named = heads.filter((head) => asked[head] !== undefined)
  const [first, second] = (named.length === 0 ? heads : named).map(
    (head) => `${head} ${until[head]}`,
  )
  return second === undefined ? `${first} was` : `${first} and ${second} were`
}

function isReached({ safe, finalized }: ChainState, until: Until): boolean {
  return safe.number >= until.safe && finalized.number >= until.finalized
}

function whyNot({ chain, services }: NodeView): string {
  const place = (name: string, block: L2BlockRef | undefined) => `${name} ${block?.number ?? '–'}`
  const heads = `${place('safe is', chain?.safe)}, ${place('finalized', chain?.finalized)}`
  return [heads, ...waitsOf({ services })].join('; ')
}
