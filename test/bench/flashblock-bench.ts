import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import type { SentFlashblock } from '#messages/builder-frame.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { FlashblockJudge, type FlashblocksResult } from '#devnet/live/flashblock-judge.ts'
import { startLive } from '#devnet/live/start-live.ts'
import { forkOffsetsOf } from '#devnet/rollup/fork-offsets.ts'
import { createBuilderKey } from '#libp2p/builder-key.ts'
import { openHost, publicLimits } from '#libp2p/open-host.ts'
import { PeerGate } from '#libp2p/peer-gate.ts'
import { type Closer, closeAll } from '#runtime/close-all.ts'
import { sleep, systemClock } from '#runtime/clock.ts'
import { openBuilderNetwork } from '#services/flashblock-p2p/network/builder-network.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'
import { StandbyNode } from '#test/fakes/standby-node.ts'
import { until } from '#test/interop/until.ts'
import { benchLoad, type LoadStep } from './flashblock-load.ts'
import { summarise, type Summary } from './statistics.ts'

/** Results of `npm run bench -- flashblocks`. Times in milliseconds. */
export interface FlashblockBench {
  /** From a builder to a standby, by kilobytes. */
  readonly standby: readonly ({ readonly kilobytes: number } & StandbyTimes)[]
  /** The same for 100 KB while another builder does not read. */
  readonly besideStalled: StandbyTimes
  /** Flashblocks of 100 KB between two hosts on this machine, in megabytes per second. */
  readonly throughput: { readonly atoll: number; readonly rawLibp2p: number }
  /** Two builders with flashblocks every 200 ms, under more and more transactions. */
  readonly load: readonly LoadStep[]
  /** Two builders, of which the leader is killed every few seconds. */
  readonly takeovers: FlashblocksResult
}

/** Times of flashblocks from when the builder sends them. */
export interface StandbyTimes {
  /** Until the standby has stored it, and its execution client has the block. */
  readonly persisted: Summary
  /** Until the builder has the acknowledgement. The execution client answers at once. */
  readonly acknowledged: Summary
}

const sizes = [1, 100, 1_000]

/** Number of flashblocks of each size, and of those before, which are not counted. */
const [samples, warmUp] = [200, 20]

/** Pause after each flashblock, so that the standby is idle when the next one is sent. */
const pauseMs = 20

/** Number of flashblocks for the throughput. */
const bulk = 400

/** Flashblocks that are on their way at once. Less than the limit of the queue. */
const window = 32

const [takeovers, intervalMs] = [6, 250]

/** Measures flashblocks between builders on this machine. */
export async function benchFlashblocks(report: (what: string) => void): Promise<FlashblockBench> {
  report('a standby of processes')
  const standby = await measureStandby(report)
  report('a standby beside a builder that does not read')
  const besideStalled = await measureStalled()
  report('throughput between two hosts')
  const throughput = { atoll: await throughputOfAtoll(), rawLibp2p: await rawThroughput() }
  report('a devnet with flashblocks every 200 ms')
  const load = await benchLoad(report)
  report(`${takeovers} takeovers in a devnet`)
  return { standby, besideStalled, throughput, load, takeovers: await measureTakeovers() }
}

async function measureStandby(report: (what: string) => void): Promise<FlashblockBench['standby']> {
  const standby = await StandbyNode.start()
  try {
    const results = []
    for (const kilobytes of sizes) {
      report(`${samples} flashblocks of ${kilobytes} KB`)
      results.push({ kilobytes, ...(await timesOf(standby, kilobytes)) })
    }
    return results
  } finally {
    await standby.close()
  }
}

/** Each sample is index 1 of a newer leader, which replaces that of the leader before. */
async function timesOf(
  { builder, executing, failed }: StandbyNode,
  kilobytes: number,
): Promise<StandbyTimes> {
  const persisted: number[] = []
  const acknowledged: number[] = []
  if (builder.flashblocks.length === 0)
    await Promise.race([builder.send(builder.next(200), 'executed'), failed])
  for (let at = 0; at < warmUp + samples; at++) {
    builder.epoch++
    const flashblock = builder.next(kilobytes * 1_000, 1)
    const startedMs = performance.now()
    await Promise.race([builder.send(flashblock, 'executed'), failed])
    if (at >= warmUp) {
      persisted.push((executing.get(flashblock.diff.blockHash) ?? NaN) - startedMs)
      acknowledged.push(performance.now() - startedMs)
    }
    await sleep(systemClock, pauseMs)
  }
  return { persisted: summarise(persisted), acknowledged: summarise(acknowledged) }
}

async function measureStalled(): Promise<StandbyTimes> {
  const stalled = await openRawHost()
  try {
    // It accepts the streams of the builder, opens one itself, and never reads.
    await stalled.host.handle(protocolId, () => undefined)
    stalled.host.addEventListener('connection:open', ({ detail }) => {
      void detail.newStream(protocolId)
    })
    const standby = await StandbyNode.start([stalled.peer])
    try {
      return await timesOf(standby, 100)
    } finally {
      await standby.close()
    }
  } finally {
    await stalled.host.stop()
  }
}

const protocolId = '/atoll/flashblocks/1.0.0'

/** A libp2p host with nothing of Atoll. */
async function openRawHost() {
  const { hex, peerId: id } = await createBuilderKey()
  const port = await freeTcpPort()
  const host = await openHost(
    {
      key: fromHex(`0x${hex}`),
      listen: [`/ip4/127.0.0.1/tcp/${port}`],
      announce: [],
      agent: 'atoll/bench',
      limits: publicLimits,
      gate: new PeerGate(systemClock),
    },
    {},
  )
  const address = `/ip4/127.0.0.1/tcp/${port}/p2p/${id}`
  return { host, address, peer: { id, addresses: [address] } }
}

/** Megabytes per second of flashblocks from one builder to another. */
async function throughputOfAtoll(): Promise<number> {
  const closing: Closer[] = []
  const keys = [await createBuilderKey(), await createBuilderKey()] as const
  const ports = [await freeTcpPort(), await freeTcpPort()] as const
  const counted = { arrived: 0 }
  const open = async (own: 0 | 1) => {
    const other = own === 0 ? 1 : 0
    const id = keys[other].peerId
    const network = await openBuilderNetwork({
      l2ChainId: 901n,
      key: fromHex(`0x${keys[own].hex}`),
      listenIp: '127.0.0.1',
      listenTcp: ports[own],
      knownPeers: [{ id, addresses: [`/ip4/127.0.0.1/tcp/${ports[other]}/p2p/${id}`] }],
      intervalMs,
      clock: systemClock,
      onFrame: (_, { kind }) => {
        if (kind === 'flashblock') counted.arrived++
      },
      onBlock: () => undefined,
      onPeer: () => undefined,
      onCount: () => undefined,
    })
    closing.push(() => network.close())
    return network
  }
  try {
    const [sender] = [await open(0), await open(1)]
    await until('the builders are connected', { withinMs: 20_000, explain: () => '' }, async () =>
      sender.peers().some(({ protocolId: id }) => id !== undefined),
    )
    const sent = sampleFlashblock()
    const startedMs = performance.now()
    for (let at = 0; at < bulk; at++) {
      while (at - counted.arrived >= window) await nextTurn()
      sender.send(sent, [])
    }
    while (counted.arrived < bulk) await nextTurn()
    return megabytesPerSecond(bulk * 100_000, performance.now() - startedMs)
  } finally {
    await closeAll(closing)
  }
}

/** Megabytes per second of the same number of bytes on a stream of libp2p, with noise and yamux. */
async function rawThroughput(): Promise<number> {
  const [from, to] = [await openRawHost(), await openRawHost()]
  try {
    const counted = { bytes: 0 }
    await to.host.handle(protocolId, (stream) =>
      stream.addEventListener('message', ({ data }) => {
        counted.bytes += data.byteLength
      }),
    )
    await from.host.dial(multiaddr(to.address))
    const stream = await from.host.dialProtocol(to.host.peerId, protocolId)
    const message = new Uint8Array(100_000)
    const startedMs = performance.now()
    for (let at = 0; at < bulk; at++) {
      while ((at - window) * message.length >= counted.bytes) await nextTurn()
      stream.send(message)
    }
    while (counted.bytes < bulk * message.length) await nextTurn()
    return megabytesPerSecond(counted.bytes, performance.now() - startedMs)
  } finally {
    await from.host.stop()
    await to.host.stop()
  }
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

function megabytesPerSecond(bytes: number, ms: number): number {
  return bytes / 1e6 / (ms / 1_000)
}

/** A flashblock of 100 KB. Its signature is not checked by the network. */
function sampleFlashblock(): SentFlashblock {
  const zero = `0x${'00'.repeat(32)}` as const
  const diff = {
    stateRoot: zero as never,
    receiptsRoot: zero as never,
    logsBloom: new Uint8Array(256),
    gasUsed: 0n,
    blockHash: zero as never,
    transactions: Array.from({ length: 500 }, () => new Uint8Array(200).fill(2)),
    withdrawalsRoot: zero as never,
    blobGasUsed: 0n,
  }
  const flashblock = { payloadId: '0x0000000000000001' as never, index: 1, base: undefined, diff }
  const proof = { authorization: undefined, builder: 'bench', signature: new Uint8Array(64) }
  return { number: 1n, flashblock, previousLink: zero as never, ...proof }
}

async function measureTakeovers(): Promise<FlashblocksResult> {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-bench-'))
  const closing: Closer[] = [() => rm(folder, { recursive: true, force: true })]
  try {
    const world = await startLive({
      folder,
      nodes: 2,
      blockSeconds: 2,
      l1BlockSeconds: 2,
      forkOffsets: forkOffsetsOf([]),
      form: { batches: 'span', compression: 'brotli', data: 'calldata' },
      rate: 5,
      portBase: Number(process.env['ATOLL_DEVNET_PORT'] ?? 14_600),
      natsServer: process.env['ATOLL_NATS_SERVER'],
      inMemory: false,
      builders: { count: 2, intervalMs, killEveryMs: 10_000 },
      logLevel: 'error',
      otlpUrl: undefined,
      clock: systemClock,
      signal: new AbortController().signal,
      report: () => undefined,
      onLog: undefined,
    })
    closing.push(() => world.close())
    const judge = new FlashblockJudge(world, systemClock)
    const changes = () => world.leading()?.takeovers ?? []
    const limits = { withinMs: takeovers * 90_000, everyMs: 200, explain: () => '' }
    await Promise.race([
      until('the takeovers', limits, async () => changes().length >= takeovers),
      world.failed,
    ])
    await world.stopKills()
    const seen = judge.count
    await until('the last leader goes on', limits, async () => judge.count > seen + 10)
    return await judge.result(changes())
  } finally {
    await closeAll(closing)
  }
}
