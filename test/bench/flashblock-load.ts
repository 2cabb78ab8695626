import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { startLive, type LiveWorld } from '#devnet/live/start-live.ts'
import { forkOffsetsOf } from '#devnet/rollup/fork-offsets.ts'
import { StreamClient } from '#flashblock-stream/stream-client.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { sleep, systemClock } from '#runtime/clock.ts'
import { makeTemporaryFolder } from '#runtime/temporary-folder.ts'
import { until } from '#test/interop/until.ts'
import { DevnetSender } from './devnet-sender.ts'
import { summarise, type Summary } from './statistics.ts'

/** The flashblocks of a devnet under one rate of transactions. */
export interface LoadStep {
  /** Transactions sent per second. */
  readonly rate: number
  /** Transactions of a whole block: the median, and their bytes. */
  readonly transactions: number
  readonly bytes: number
  /** Flashblocks of a block: the median. */
  readonly indices: number
  /** Time between two flashblocks of a block, in milliseconds. */
  readonly gapMs: Summary
  /** Whether nearly all gaps are at most a quarter longer than the interval, and no index is missing. */
  readonly isKept: boolean
}

const [intervalMs, blockSeconds] = [200, 2]

/** Rates of transfers per second. The search ends at the first one that is too high. */
const rates = [25, 50, 100, 150, 200, 300, 400, 600]

const stepMs = 12_000

/** Share of the gaps that may be longer. */
const maxLate = 0.05

interface Arrival {
  readonly atMs: number
  readonly payloadId: string
  readonly index: number
  readonly transactions: readonly Uint8Array[]
}

/** Raises the load of a devnet of two builders until flashblocks no longer come every 200 ms. */
export async function benchLoad(report: (what: string) => void): Promise<readonly LoadStep[]> {
  const folder = await makeTemporaryFolder(join(tmpdir(), 'atoll-bench-'))
  try {
    const world = await startLive({
      folder: folder.path,
      nodes: 2,
      blockSeconds,
      l1BlockSeconds: 2,
      forkOffsets: forkOffsetsOf([]),
      form: { batches: 'span', compression: 'brotli', data: 'blobs' },
      rate: 0,
      portBase: Number(process.env['ATOLL_DEVNET_PORT'] ?? 14_600),
      natsServer: process.env['ATOLL_NATS_SERVER'],
      inMemory: false,
      builders: { count: 2, intervalMs, killEveryMs: undefined },
      logLevel: 'error',
      otlpUrl: undefined,
      clock: systemClock,
      signal: new AbortController().signal,
      report: () => undefined,
      onLog: undefined,
    })
    try {
      return await Promise.race([raise(world, report), world.failed])
    } finally {
      await world.close()
    }
  } finally {
    await folder.remove()
  }
}

async function raise(
  world: LiveWorld,
  report: (what: string) => void,
): Promise<readonly LoadStep[]> {
  const endpoints = world.nodes.slice(0, 1).map(({ executionUrl }) => ({ url: executionUrl }))
  const client = new JsonRpcClient({ endpoints, timeoutMs: 30_000, rounds: 1, clock: systemClock })
  const sender = new DevnetSender(client)
  const arrivals: Arrival[] = []
  const [url = ''] = world.streams
  const stream = new StreamClient({
    url,
    clock: systemClock,
    onFlashblock: ({ arrivedMs: atMs, flashblock: { diff, index, payloadId } }) =>
      void arrivals.push({ atMs, payloadId, index, transactions: diff.transactions }),
    onEvent: () => undefined,
  })
  const steps: LoadStep[] = []
  try {
    const limits = { withinMs: 60_000, explain: () => '' }
    await until('there are flashblocks', limits, async () => arrivals.length > 40)
    for (const rate of rates) {
      report(`${rate} transactions per second`)
      await sender.prepare((rate * stepMs) / 1_000)
      arrivals.length = 0
      await sender.send(rate, stepMs)
      const step = stepOf(rate, arrivals)
      steps.push(step)
      if (!step.isKept) break
      await sleep(systemClock, 2 * blockSeconds * 1_000)
    }
    return steps
  } finally {
    stream.stop()
    await client.close()
  }
}

/** The first and the last block are not whole. */
function stepOf(rate: number, arrivals: readonly Arrival[]): LoadStep {
  const ids = [...new Set(arrivals.map(({ payloadId }) => payloadId))].slice(1, -1)
  const blocks = ids.map((id) => arrivals.filter(({ payloadId }) => payloadId === id))
  const gaps = blocks.flatMap((block) =>
    // Index 1 comes at the first time of the schedule after index 0, which comes at once.
    block.slice(2).map(({ atMs }, at) => atMs - (block[at + 1]?.atMs ?? atMs)),
  )
  const late = gaps.filter((gap) => gap > 1.25 * intervalMs).length
  const whole = blocks.map((block) => block.flatMap(({ transactions }) => transactions))
  const indices = summarise(blocks.map(({ length }) => length)).median
  const bytes = whole.map((raws) => raws.reduce((sum, { length }) => sum + length, 0))
  return {
    rate,
    transactions: summarise(whole.map(({ length }) => length)).median,
    bytes: summarise(bytes).median,
    indices,
    gapMs: summarise(gaps),
    isKept: late <= maxLate * gaps.length && indices >= (blockSeconds * 1_000) / intervalMs - 1,
  }
}
