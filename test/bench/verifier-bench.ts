import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeServices } from '#node/node-services.ts'
import type { NodeViewer } from '#node/node-view.ts'
import type { RunningNode } from '#node/run-node.ts'
import { startRecordedNode } from '#devnet/recorded-node.ts'
import { replayL1 } from '#records/replay/replay-record.ts'
import { systemClock, sleep } from '#runtime/clock.ts'
import { startInstantClient } from './instant-client.ts'
import { blocksPerEpoch, writeLongRecord } from './long-record.ts'
import { summarise, type Summary } from './statistics.ts'

/**
 * Results of `npm run bench -- verifier`. op-node is not compared: it needs state proofs of L1, which no record has.
 */
export interface VerifierBench {
  /** Catch-up of a node on a generated chain. L1 is complete at the start. The client answers immediately. */
  readonly catchUp: {
    readonly blocks: number
    /** From the first safe block that was observed to the last block. */
    readonly seconds: number
    readonly blocksPerSecond: number
    readonly engineCallsPerBlock: number
    readonly l1CallsPerL1Block: number
    readonly l1Calls: Readonly<Record<string, number>>
    /** Memory of each service: at the end, and its maximum. */
    readonly rssMb: Readonly<Record<string, { readonly end: number; readonly most: number }>>
  }
  /** Time from a new L1 head until the L2 blocks of its batches are safe. L1 grows by four blocks a second. */
  readonly headToSafeMs: Summary
}

/** Length of the chain for the catch-up. */
const catchUpBlocks = 10_000

const timeoutMs = 300_000

/** Measures a verifier of real processes on a real bus. */
export async function benchVerifier(report: (what: string) => void): Promise<VerifierBench> {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-bench-'))
  try {
    const [long, short] = [join(folder, 'long'), join(folder, 'short')]
    report(`makes a chain of ${catchUpBlocks} blocks`)
    await writeLongRecord(kept, long, catchUpBlocks)
    await writeLongRecord(kept, short, watchedBlocks * blocksPerEpoch)
    // The growing L1 is measured first, since a catch-up fills the memory of this process, which serves L1.
    report('L1 grows by four blocks a second')
    const headToSafeMs = summarise(await measureGrowth(short))
    report(`a node catches up on the chain of ${catchUpBlocks} blocks`)
    return { catchUp: await measureCatchUp(long), headToSafeMs }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Folder of the record (a recorded chain) whose genesis the generated chains have. */
const kept = fileURLToPath(new URL('../vectors/records/bad-data-karst', import.meta.url))

interface Measured {
  readonly node: RunningNode
  readonly viewer: NodeViewer
  readonly client: Awaited<ReturnType<typeof startInstantClient>>
  readonly l1: Awaited<ReturnType<typeof replayL1>>
  readonly l1Calls: Map<string, number>
}

async function withNode<Value>(
  record: string,
  speed: number,
  measure: (measured: Measured) => Promise<Value>,
): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-bench-'))
  const l1Calls = new Map<string, number>()
  const l1 = await replayL1(record, {
    host: '127.0.0.1',
    rpcPort: 0,
    beaconPort: 0,
    clock: systemClock,
    growth: { speed, reorgs: [], safeLag: 4n, finalizedLag: 8n },
    onCall: (method) => l1Calls.set(method, (l1Calls.get(method) ?? 0) + 1),
  })
  const client = await startInstantClient(record)
  const { node, viewer, failed, close } = await startRecordedNode({
    record,
    folder,
    l1: { ...l1, rpcUrl: l1.rpcUrl.replace('http', 'ws') },
    engineUrl: client.url,
    jwtSecret: client.jwtSecret,
    natsServer: process.env['ATOLL_NATS_SERVER'],
    logLevel: 'warn',
    report: () => undefined,
    onChange: () => undefined,
  })
  const late = Promise.withResolvers<never>()
  const stopTimer = systemClock.after(timeoutMs, () =>
    late.reject(new Error(`the node was not done in ${timeoutMs / 1_000} s`)),
  )
  try {
    return await Promise.race([
      measure({ node, viewer, client, l1, l1Calls }),
      failed,
      late.promise,
    ])
  } finally {
    stopTimer()
    await close()
    await client.close()
    await l1.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function measureCatchUp(record: string): Promise<VerifierBench['catchUp']> {
  return withNode(record, 0, async ({ node, viewer, client, l1, l1Calls }) => {
    const safe = () => Number(viewer.view.chain?.safe.number ?? 0n)
    while (safe() === 0) await sleep(systemClock, 1)
    const [startMs, first, callsBefore] = [performance.now(), safe(), client.calls.count]
    while (safe() < client.last) await sleep(systemClock, 5)
    const seconds = (performance.now() - startMs) / 1_000
    const blocks = client.last - first
    const total = [...l1Calls.values()].reduce((sum, count) => sum + count, 0)
    return {
      blocks,
      seconds,
      blocksPerSecond: blocks / seconds,
      engineCallsPerBlock: (client.calls.count - callsBefore) / blocks,
      l1CallsPerL1Block: total / l1.chain.blocks.length,
      l1Calls: Object.fromEntries(l1Calls),
      rssMb: await rssOf(node),
    }
  })
}

async function rssOf(node: RunningNode): Promise<VerifierBench['catchUp']['rssMb']> {
  const rss: Record<string, { end: number; most: number }> = {}
  for (const { name } of nodeServices) {
    const pid = node.pidOf(name)
    if (pid === undefined) continue
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    const megabytes = (field: string) =>
      Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`, 'u').exec(status)?.[1] ?? 0) / 1_024)
    rss[name] = { end: megabytes('VmRSS'), most: megabytes('VmHWM') }
  }
  return rss
}

/** Number of L1 blocks, including `startingBlocks`. With 60 blocks, medians of the same program differ by up to 50%. */
const watchedBlocks = 240

/** Number of L1 blocks that arrive while the node starts. Their times are not counted. */
const startingBlocks = 40

/** Replay speed: L1 has four blocks a second. */
const growthSpeed = 48

function measureGrowth(record: string): Promise<readonly number[]> {
  return withNode(record, growthSpeed, async ({ viewer, l1 }) => {
    const times: number[] = []
    const shown: { readonly last: bigint; readonly atMs: number }[] = []
    const last = BigInt(Math.min(watchedBlocks, l1.chain.blocks.length - 1))
    l1.chain.onHead((blocks) => {
      const { number } = blocks.at(-1) ?? l1.chain.first
      shown.push({ last: number * BigInt(blocksPerEpoch) - 1n, atMs: performance.now() })
    })
    while (l1.chain.head < last || shown.length > 0) {
      await sleep(systemClock, 1)
      const safe = viewer.view.chain?.safe.number ?? 0n
      for (let next = shown[0]; next !== undefined && next.last <= safe; next = shown[0]) {
        times.push(performance.now() - next.atMs)
        shown.shift()
      }
    }
    // L1 already grows while the node starts. So the times of the first blocks include the start.
    return times.slice(startingBlocks)
  })
}
