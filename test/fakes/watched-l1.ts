import { setTimeout } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import { Registry } from 'prom-client'
import type { FetchL1BlockRequest, FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import { fetchL1Block, l1Heads } from '#messages/subjects.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { BlobCommitments } from '#l1/blob-commitments.ts'
import { toL1Block } from '#l1/to-l1-block.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { readL1 } from '#records/folder/read-l1.ts'
import { answerOf, batchersOf } from '#services/da-watcher/answer.ts'
import { runDaWatcher } from '#services/da-watcher/da-watcher.ts'
import { createDaWatcherMetrics } from '#services/da-watcher/metrics.ts'
import { type L1Settings, openL1 } from '#services/da-watcher/open-l1.ts'
import { BusWorld } from './bus-world.ts'

/** Da-watcher on a bus in memory, with L1 nodes behind real HTTP. */
export interface WatchedL1 {
  /** What it says it waits for, in order, and `goes on`. */
  readonly waits: string[]
  readonly heads: L1Heads[]
  readonly warnings: string[]
  fetch(
    wanted: Partial<FetchL1BlockRequest> & { readonly number: number },
  ): Promise<FetchL1BlockResponse>
  /** Lets time pass, faster than it does, until something is so. */
  until(what: string, isSo: () => boolean): Promise<void>
  /** The values of a metric, as `label label`. */
  metric(name: string): Promise<Readonly<Record<string, number>>>
  stop(): Promise<void>
}

/** What L1 nodes are asked with, if a test says nothing else. */
const usualSettings = {
  l1PollMs: 200,
  l1FinalityPollMs: undefined,
  l1TimeoutMs: 400,
  l1RateLimit: 0,
  cacheMib: 16,
  dataDir: undefined,
  l1BeaconUrls: undefined,
  l1BeaconArchiveUrls: undefined,
  l1TrustedUrls: undefined,
} satisfies Omit<L1Settings, 'l1RpcUrls'>

/** Of all tests of a process. */
const commitments = new BlobCommitments()

/** Milliseconds that pass for each of the machine. */
const haste = 20

/** Starts da-watcher as its process does, but for the bus and the clock. It ends with the test. */
export async function watchL1(
  t: TestContext,
  config: RollupConfig,
  settings: Partial<L1Settings> & Pick<L1Settings, 'l1RpcUrls'>,
): Promise<WatchedL1> {
  // Time is fast here, and the setup takes seconds of the machine's.
  if (settings.l1BeaconUrls !== undefined) await commitments.versionedHash(new Uint8Array(131_072))
  const world = await BusWorld.provisioned()
  const { bus } = await world.join('da-watcher')
  const reader = await world.join('derivation')
  const ended = new AbortController()
  const registry = new Registry()
  const said = listener()
  const metrics = createDaWatcherMetrics(registry)
  const context = { bus, clock: world.clock, signal: ended.signal, metrics, ...said }
  const all = { ...usualSettings, ...settings }
  const opened = openL1(all, { ...context, config, registry, commitments })
  const running = runDaWatcher(context, { l1: opened.l1, config, pollMs: all.l1PollMs })
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
  const { waits, warnings } = said
  return {
    waits,
    warnings,
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

/** Hears what da-watcher says to people. */
function listener() {
  const [waits, warnings]: [string[], string[]] = [[], []]
  const warn = (_fields: unknown, message?: string) => void warnings.push(String(message))
  return {
    waits,
    warnings,
    log: { debug: () => undefined, info: () => undefined, warn },
    status: {
      waitFor: (what: string) => void waits.push(what),
      goOn: () => void waits.push('goes on'),
    },
  }
}

async function until(world: BusWorld, what: string, isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo(); turns++) {
    if (turns > 5_000) throw new Error(`it never came that ${what}`)
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

/** The blocks of a record as da-watcher should tell them, by number, and the config they are read with. */
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
    const answer = answerOf(request, block, batchersOf(request, block, config))
    if (answer.kind === 'block') blocks.push(answer.block)
  }
  return { config, blocks }
}
