import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, sleep } from '#runtime/clock.ts'
import { makeTemporaryFolder } from '#runtime/temporary-folder.ts'
import { type LiveWorld, startLive } from '#devnet/live/start-live.ts'
import { forkOffsetsOf } from '#devnet/rollup/fork-offsets.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { BlockWatch, type WatchedHead, watchedHeads } from './block-watch.ts'
import { DevnetSender } from './devnet-sender.ts'
import { memoryOf, type ProcessMemory } from './process-memory.ts'
import { summarise, type Summary } from './statistics.ts'

/** The devnet under one rate of transactions. */
export interface DevnetStep {
  /** Transactions sent per second. */
  readonly rate: number
  /** Transactions in blocks per second. */
  readonly taken: number
  /** From `eth_sendRawTransaction` until the sequencer's unsafe head has the transaction, in milliseconds. */
  readonly toUnsafe: Summary
  /** Whether the blocks took all transactions, came on time, and reached the follower. */
  readonly isSustained: boolean
}

/** Results of `npm run bench -- devnet`. */
export interface DevnetBench {
  readonly blockSeconds: number
  readonly l1BlockSeconds: number
  /** From `eth_sendRawTransaction` until a head has the transaction, in milliseconds, at a low rate. */
  readonly delays: Readonly<Record<WatchedHead, Summary>>
  readonly steps: readonly DevnetStep[]
  /** The highest rate that was sustained; 0 if none was. */
  readonly sustained: number
  /** Load average of the machine before the start; above 0, other programs take processor time from the devnet. */
  readonly loadBefore: number
  /** Memory after the steps. */
  readonly memory: readonly ProcessMemory[]
}

type Measured = Omit<DevnetBench, 'loadBefore'>

/** The block times of `atoll devnet`. */
const [blockSeconds, l1BlockSeconds] = [2, 2]

const portBase = Number(process.env['ATOLL_DEVNET_PORT'] ?? 14_600)

/** Rate and duration of the transactions whose delays are measured. */
const [quietRate, quietMs] = [10, 20_000]

/**
 * Duration of a step, and the rate of the first one. By its DA footprint, a block of 60 million gas has room for 1,500
 * transfers, so no machine sustains more than 750 per second.
 */
const [stepMs, firstRate] = [12_000, 200]

/** No step begins later than this after the first one. */
const stepsMs = 65_000

/** Blocks at the start of a step that are not counted: the time until a transaction is in a block grows in them. */
const firstBlocks = 2

/** Share of the transactions that the blocks of a step must take. */
const minTaken = 0.95

/** The search ends when the lowest rate that failed is at most this factor above the highest that was sustained. */
const closeEnough = 1.2

const blockMs = blockSeconds * 1_000
const drainMs = 40_000

/** At the end of a step, the transactions of this many block times may wait for a block. */
const maxWaiting = 1.5

/**
 * Measures a whole devnet of two nodes, all of whose processes share this machine, and the sender of the transactions
 * too. No other rollup is measured.
 */
export async function benchDevnet(report: (what: string) => void): Promise<DevnetBench> {
  const [loadBefore = 0] = loadavg()
  const folder = await makeTemporaryFolder(join(tmpdir(), 'atoll-bench-'))
  try {
    const world = await startLive({
      folder: folder.path,
      nodes: 2,
      blockSeconds,
      l1BlockSeconds,
      forkOffsets: forkOffsetsOf([]),
      form: { batches: 'span', compression: 'brotli', data: 'blobs' },
      rate: 0,
      portBase,
      natsServer: process.env['ATOLL_NATS_SERVER'],
      inMemory: false,
      logLevel: 'error',
      otlpUrl: undefined,
      clock: systemClock,
      signal: new AbortController().signal,
      report: () => undefined,
      onLog: undefined,
    })
    try {
      const measured = await Promise.race([measure(world, report), world.failed])
      return { ...measured, loadBefore }
    } finally {
      await world.close()
    }
  } finally {
    await folder.remove()
  }
}

async function measure(world: LiveWorld, report: (what: string) => void): Promise<Measured> {
  const endpoints = world.nodes.slice(0, 1).map(({ executionUrl }) => ({ url: executionUrl }))
  // Long, since the client answers no requests while it executes a full block.
  const client = new JsonRpcClient({ endpoints, timeoutMs: 30_000, rounds: 1, clock: systemClock })
  const sender = new DevnetSender(client)
  const watch = new BlockWatch(world, sender)
  try {
    await reach('blocks are safe', () => watch.head('safe') > 2, 60_000)
    return await Promise.race([measureAll({ sender, watch, world, report }), watch.failed])
  } finally {
    await watch.stop()
    await client.close()
  }
}

interface Parts {
  readonly sender: DevnetSender
  readonly watch: BlockWatch
  readonly world: LiveWorld
  readonly report: (what: string) => void
}

async function measureAll(parts: Parts): Promise<Measured> {
  const delays = await measureDelays(parts)
  const steps = await raiseRate(parts)
  const rates = steps.filter(({ isSustained }) => isSustained).map(({ rate }) => rate)
  const sustained = Math.max(0, ...rates)
  const own = ['batcher, beacon API, sender', process.pid] as const
  const memory = memoryOf(new Map([own, ...parts.world.processes()]))
  return { blockSeconds, l1BlockSeconds, delays, steps, sustained, memory }
}

async function measureDelays({ report, sender, watch }: Parts): Promise<DevnetBench['delays']> {
  report(`${quietRate} transactions per second`)
  await sender.prepare((quietRate * quietMs) / 1_000)
  await sender.send(quietRate, quietMs)
  await reach('all transactions are in blocks', () => sender.pending === 0, drainMs)
  const last = watch.head('unsafe')
  await reach('their blocks are final', () => watch.head('finalized') >= last, 90_000)
  const entries = watchedHeads.map((which) => {
    return [which, summarise(watch.delays(which, watch.included))] as const
  })
  return Object.fromEntries(entries) as DevnetBench['delays']
}

/** Doubles the rate until the devnet does not sustain it, and then halves the distance to that rate. */
async function raiseRate(parts: Parts): Promise<readonly DevnetStep[]> {
  const steps: DevnetStep[] = []
  const startedMs = performance.now()
  let [highest, lowest] = [0, Infinity]
  for (let rate = firstRate; performance.now() - startedMs < stepsMs;) {
    parts.report(`${rate} transactions per second`)
    const step = await measureStep(parts, rate)
    steps.push(step)
    if (step.isSustained) highest = rate
    else lowest = rate
    if (parts.sender.pending > 0 || lowest <= closeEnough * highest) break
    rate = lowest === Infinity ? 2 * rate : Math.round((highest + lowest) / 2)
  }
  return steps
}

async function measureStep({ sender, watch }: Parts, rate: number): Promise<DevnetStep> {
  await sender.prepare((rate * stepMs) / 1_000)
  const [first, firstIncluded] = [watch.head('unsafe'), watch.included.length]
  const sent = await sender.send(rate, stepMs)
  const last = watch.head('unsafe')
  const [waiting, follower] = [sender.pending, watch.head('follower')]
  const isDrained = await isReached(() => sender.pending === 0, drainMs)
  const included = watch.included.slice(firstIncluded)
  const whole = included.filter(({ block }) => block > first + firstBlocks && block <= last)
  const taken = whole.length / (Math.max(last - first - firstBlocks, 1) * blockSeconds)
  const isSustained =
    isDrained &&
    sent >= Math.floor((rate * stepMs) / 1_000) &&
    taken >= minTaken * rate &&
    waiting <= maxWaiting * blockSeconds * rate &&
    last - first >= Math.floor(stepMs / blockMs) - 1 &&
    last - follower <= 1
  const toUnsafe = summarise(watch.delays('unsafe', included))
  return { rate, taken, toUnsafe, isSustained }
}

/** @throws Error if a condition does not hold in time */
async function reach(what: string, holds: () => boolean, withinMs: number): Promise<void> {
  if (!(await isReached(holds, withinMs))) throw new Error(`${what}: not in ${withinMs / 1_000} s`)
}

async function isReached(holds: () => boolean, withinMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + withinMs
  while (!holds()) {
    if (performance.now() > deadlineMs) return false
    await sleep(systemClock, 50)
  }
  return true
}
