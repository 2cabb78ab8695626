import { setTimeout } from 'node:timers/promises'
import { inspect } from 'node:util'
import type { TestContext } from 'node:test'
import { Registry } from 'prom-client'
import type { FetchL1BlockRequest, FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import { type Waiting, waitText } from '#service/status-reporter.ts'
import { fetchL1Block, l1Heads } from '#messages/subjects.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { BlobCommitments } from '#l1/blob-commitments.ts'
import { toL1Block } from '#l1/to-l1-block.ts'
import { isFault } from '#runtime/fault.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { readL1 } from '#records/folder/read-l1.ts'
import { responseTo } from '#services/da-watcher/blocks/response.ts'
import { type L1Settings, openL1 } from '#services/da-watcher/l1/open-l1.ts'
import { createMetrics } from '#services/da-watcher/metrics.ts'
import { run } from '#services/da-watcher/run.ts'
import { BusWorld } from './bus-world.ts'

/** Da-watcher on an in-memory bus, with L1 endpoints on real HTTP servers. */
export interface WatchedL1 {
  /** The waits of da-watcher, in order; `goes on` marks the end of a wait. */
  readonly waits: string[]
  readonly heads: L1Heads[]
  readonly warnings: string[]
  /** All log lines, with their fields. */
  readonly logged: string[]
  /** The metrics as a scraper reads them. */
  metricsText(): Promise<string>
  /** Problems of the cache on disk; `works` marks the end of a problem. */
  readonly cacheProblems: string[]
  fetch(
    wanted: Partial<FetchL1BlockRequest> & { readonly number: number },
  ): Promise<FetchL1BlockResponse>
  /** Advances the clock, faster than real time, until a condition is met. */
  until(what: string, isSo: () => boolean): Promise<void>
  /** The values of a metric. Each key is the values of the labels, with spaces between them. */
  metric(name: string): Promise<Readonly<Record<string, number>>>
  stop(): Promise<void>
}

/** Settings of da-watcher that a test may set. */
interface WatchedSettings extends L1Settings {
  readonly l1PollMs: number
  readonly l1FinalityPollMs: number | undefined
}

/** Default settings, which a test may replace. */
const usualSettings = {
  l1PollMs: 200,
  l1FinalityPollMs: undefined,
  l1RpcMaxBatchSize: 100,
  l1TimeoutMs: 400,
  l1RateLimit: 0,
  cacheMib: 16,
  dataDir: undefined,
  l1BeaconUrls: undefined,
  l1BeaconHeader: undefined,
  l1BeaconHeadersFile: undefined,
  l1RpcHeadersFile: undefined,
  l1BeaconGenesisTime: undefined,
  l1BeaconSlotSeconds: undefined,
  l1BeaconArchiveUrls: undefined,
  l1TrustedUrls: undefined,
} satisfies Omit<WatchedSettings, 'l1RpcUrls'>

/** All tests of a process share these commitments, since their setup takes seconds. */
const commitments = new BlobCommitments()

/** Simulated milliseconds per real millisecond. */
const haste = 20

/** Starts da-watcher as its process does, on a simulated bus and clock, until the test ends. */
export async function watchL1(
  t: TestContext,
  config: RollupConfig,
  settings: Partial<WatchedSettings> & Pick<WatchedSettings, 'l1RpcUrls'>,
): Promise<WatchedL1> {
  // The setup of the commitments takes seconds of real time. If the fast clock ran during the setup, timeouts would
  // expire.
  if (settings.l1BeaconUrls !== undefined) await commitments.versionedHash(new Uint8Array(131_072))
  const world = await BusWorld.provisioned()
  const { bus } = await world.join('da-watcher')
  const reader = await world.join('derivation')
  const ended = new AbortController()
  const registry = new Registry()
  const noted = listener()
  const metrics = createMetrics(registry)
  const context = { bus, clock: world.clock, signal: ended.signal, metrics, ...noted }
  const all = { ...usualSettings, ...settings }
  const cacheProblems: string[] = []
  const onCacheProblem = (problem?: string) => void cacheProblems.push(problem ?? 'works')
  const opened = openL1(all, { ...context, config, registry, commitments, onCacheProblem })
  const { l1PollMs: pollMs, l1FinalityPollMs: finalityPollMs } = all
  const running = run(context, { l1: opened.l1, config, pollMs, finalityPollMs })
  let isStopped = false
  const stop = async () => {
    if (isStopped) return
    isStopped = true
    ended.abort()
    await settle(world, running)
    await opened.close()
  }
  t.after(stop)
  const heads: L1Heads[] = []
  reader.bus.follow(l1Heads, (value) => heads.push(value))
  const { waits, warnings, logged } = noted
  return {
    waits,
    warnings,
    logged,
    metricsText: () => registry.metrics(),
    cacheProblems,
    heads,
    stop,
    until: (what, isSo) => until(world, what, isSo),
    metric: (name) => readMetric(registry, name),
    fetch: ({ number, block, parentHash, batcherAddress }) => {
      const request = {
        block: block ?? ({ kind: 'number', number: BigInt(number) } as const),
        parentHash,
        batcherAddress: batcherAddress ?? config.genesis.systemConfig.batcherAddress,
      }
      return settle(world, reader.bus.call(fetchL1Block, request, { deadlineMs: 60_000 }))
    },
  }
}

/** Collects the waits, the warnings and the log lines of da-watcher. */
function listener() {
  const [waits, warnings, logged]: [string[], string[], string[]] = [[], [], []]
  const log = (fields: unknown, message?: string) => {
    logged.push(`${String(message)} ${inspect(fields, { depth: 10 })}`)
  }
  const warn = (fields: unknown, message?: string) => {
    warnings.push(String(message))
    log(fields, message)
  }
  return {
    waits,
    warnings,
    logged,
    log: { debug: log, info: log, warn },
    status: {
      setWait: (wait?: Waiting) => note(waits, wait === undefined ? 'goes on' : waitText(wait)),
    },
  }
}

/** Adds a status, unless it equals the last one. A `goes on` before the first wait is not added. */
function note(waits: string[], status: string): void {
  if (status !== (waits.at(-1) ?? 'goes on')) waits.push(status)
}

async function until(world: BusWorld, what: string, isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo(); turns++) {
    if (turns > 5_000) throw new Error(`timeout until ${what}`)
    await setTimeout(1)
    await world.pass(haste)
  }
}

async function settle<Value>(world: BusWorld, promise: Promise<Value>): Promise<Value> {
  let isSettled = false
  const settled = () => {
    isSettled = true
  }
  promise.then(settled, settled)
  await until(world, 'a promise settled', () => isSettled)
  return promise
}

async function readMetric(
  registry: Registry,
  name: string,
): Promise<Readonly<Record<string, number>>> {
  const found = await registry.getSingleMetric(`atoll_da_watcher_${name}`)?.get()
  const rows = found?.values ?? []
  return Object.fromEntries(
    rows.map(({ labels, value }) => [Object.values(labels).join(' '), value]),
  )
}

/** The config of a record, and its L1 blocks by number, as da-watcher must serve them. */
export async function trueL1(
  folder: string,
): Promise<{ readonly config: RollupConfig; readonly blocks: readonly L1Block[] }> {
  const config = await readRollupConfig(folder)
  const { batcherAddress } = config.genesis.systemConfig
  const blocks: L1Block[] = []
  for await (const recorded of readL1(folder)) {
    const block = toL1Block(recorded, config)
    const wanted = { block: { kind: 'hash', hash: block.hash }, parentHash: undefined } as const
    const request = { ...wanted, batcherAddress }
    const response = responseTo(request, block, config)
    if (!isFault(response) && response.kind === 'block') blocks.push(response.block)
  }
  return { config, blocks }
}
