import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { payloadReceived } from '#messages/subjects.ts'
import {
  type RecordedNode,
  type RecordedNodeOptions,
  startRecordedNode,
} from '#devnet/recorded-node.ts'
import { replayL1 } from '#records/replay/replay-record.ts'
import { systemClock } from '#runtime/clock.ts'
import { pause } from '#test/bus/conformance/raw-client.ts'
import { signerAddress } from '#test/fakes/block-messages.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { whyNoNetwork } from '#test/interop/network.ts'
import { until } from '#test/interop/until.ts'
import type { PeerAnswer, PeerOrder } from './gossip-peer.ts'
import { startInstantClient } from './instant-client.ts'
import { writeLongRecord } from './long-record.ts'
import { machineMs } from './machine-ms.ts'
import { startOpNode } from './op-node-process.ts'
import { summarise, type Summary } from './statistics.ts'
import { startTimedEngine, type TimedEngine } from './timed-engine.ts'

/** Times of blocks of one size, from when a peer sends a block until `engine_newPayload`, in milliseconds. */
export interface GossipResult {
  readonly kilobytes: number
  readonly atoll: Summary
  /** Undefined if op-node is omitted. */
  readonly opNode: Summary | undefined
  /** Atoll's median divided by op-node's. */
  readonly ratio: number | undefined
  /**
   * The two parts of Atoll's time. The parts are measured with other blocks, because it takes time to record when a
   * block is on the bus.
   */
  readonly split: {
    /** From the peer to the bus: the connection, validation, and the message of the bus. */
    readonly toBus: Summary
    /** From the bus to `engine_newPayload`. */
    readonly toEngine: Summary
  }
}

/** Results of `npm run bench -- gossip`. */
export interface GossipBench {
  /** Why op-node is omitted; undefined if it is measured. */
  readonly withoutOpNode: string | undefined
  readonly results: readonly GossipResult[]
}

/** Sizes of blocks, with the number of blocks that are measured. */
const sizes = [
  { kilobytes: 1, blocks: 200 },
  { kilobytes: 100, blocks: 200 },
  { kilobytes: 1_000, blocks: 100 },
] as const

/** Number of warm-up blocks of each size, during which V8 compiles the code. Their times are not counted. */
const warmUpBlocks = 30

/** Number of further blocks of each size. For these, the moment of arrival on the bus is measured too. */
const splitBlocks = 30

/** Pause after each block, so that both nodes are idle when the next block is sent. */
const pauseMs = 40

const timeoutMs = 10_000

const startMs = 30_000

/** A node that is measured. */
interface Measured {
  readonly name: 'Atoll' | 'op-node'
  readonly engine: TimedEngine
}

/**
 * Measures the time from when a peer sends a block to a node until the node sends the block to its execution client.
 * Compares Atoll, as processes on a NATS server, with op-node. Both nodes get the same bytes, one after the other.
 * Each node has an execution client that answers immediately.
 */
export async function benchGossip(report: (what: string) => void): Promise<GossipBench> {
  const closing: (() => Promise<unknown>)[] = []
  const kept = <Value>(value: Value, close: (value: Value) => Promise<unknown>): Value => {
    closing.push(() => close(value))
    return value
  }
  try {
    const folder = kept(await mkdtemp(join(tmpdir(), 'atoll-bench-')), (path) =>
      rm(path, { recursive: true, force: true }),
    )
    const record = join(folder, 'record')
    await writeLongRecord(join(recordsFolder, 'bad-data-karst'), record, 0)
    const l1 = kept(
      await replayL1(record, {
        host: '127.0.0.1',
        rpcPort: 0,
        beaconPort: 0,
        clock: systemClock,
        unsafeBlockSigner: signerAddress,
      }),
      (started) => started.close(),
    )
    const peer = kept(await Peer.start(record), (started) => started.stop())
    const startEngine = async () => {
      const client = kept(await startInstantClient(record), (started) => started.close())
      const engine = kept(await startTimedEngine(client.url), (started) => started.close())
      return { engine, jwtSecret: client.jwtSecret }
    }
    const atoll = await startEngine()
    const world = { record, folder, l1 }
    report('starts Atoll')
    const p2pPort = await freeTcpPort()
    const ofAtoll = { ...world, engineUrl: atoll.engine.url, jwtSecret: atoll.jwtSecret }
    const node = kept(await startAtoll(ofAtoll, p2pPort), (started) => started.close())
    await untilReady(node)
    await peer.join('Atoll', `/ip4/127.0.0.1/tcp/${p2pPort}`)
    const measured: Measured[] = [{ name: 'Atoll', engine: atoll.engine }]
    const withoutOpNode = whyNoNetwork()
    if (withoutOpNode === undefined) {
      report('starts op-node')
      const { engine, jwtSecret } = await startEngine()
      const opNode = await startOpNode({ ...world, engineUrl: engine.url, jwtSecret })
      kept(opNode, (started) => started.stop())
      await peer.join('op-node', opNode.address)
      measured.push({ name: 'op-node', engine })
    }
    const bench = new GossipMeasure(peer, measured)
    const results: GossipResult[] = []
    for (const { kilobytes, blocks } of sizes) {
      report(`${blocks} blocks of ${kilobytes} KB`)
      results.push(await Promise.race([bench.run(node, kilobytes, blocks), node.failed]))
    }
    return { withoutOpNode, results }
  } finally {
    for (const close of closing.toReversed()) await close()
  }
}

/** Sends blocks, and times their arrivals. */
class GossipMeasure {
  readonly #peer: Peer
  readonly #measured: readonly Measured[]

  constructor(peer: Peer, measured: readonly Measured[]) {
    this.#peer = peer
    this.#measured = measured
  }

  async run(node: RecordedNode, kilobytes: number, blocks: number): Promise<GossipResult> {
    const bytes = kilobytes * 1_000
    for (let count = 0; count < warmUpBlocks; count++) await this.#block(bytes, count)
    const times = { Atoll: [] as number[], 'op-node': [] as number[] }
    for (let count = 0; count < blocks; count++)
      for (const { name, sentMs, arrivedMs } of await this.#block(bytes, count))
        times[name].push(arrivedMs - sentMs)
    const split = await this.#split(node, bytes)
    const atoll = summarise(times.Atoll)
    const opNode = times['op-node'].length === 0 ? undefined : summarise(times['op-node'])
    return { kilobytes, atoll, opNode, ratio: opNode && atoll.median / opNode.median, split }
  }

  /** Sends the next block to each node. The nodes swap their order after each block. */
  async #block(bytes: number, count: number) {
    const { hash = '' } = await this.#peer.ask({ kind: 'make', bytes })
    const inTurn = count % 2 === 0 ? this.#measured : this.#measured.toReversed()
    const times = []
    for (const { name, engine } of inTurn) {
      const { atMs: sentMs } = await this.#peer.ask({ kind: 'send', name })
      const arrivedMs = await within(engine.arrival(hash), name)
      times.push({ name, sentMs, arrivedMs })
      await pause(pauseMs)
    }
    return times
  }

  async #split({ node }: RecordedNode, bytes: number): Promise<GossipResult['split']> {
    const { control, bulk } = await node.bus.connect('engine', 'bench')
    let storedMs = 0
    const onMessage = () => {
      storedMs = machineMs()
    }
    control.subscribe(node.bus.names.logEntry(payloadReceived, '*'), { onMessage })
    const [toBus, toEngine]: [number[], number[]] = [[], []]
    for (let count = 0; count < splitBlocks; count++)
      for (const { name, sentMs, arrivedMs } of await this.#block(bytes, count)) {
        // The first blocks may come before the subscription is in effect.
        if (name !== 'Atoll' || storedMs < sentMs) continue
        toBus.push(storedMs - sentMs)
        toEngine.push(arrivedMs - storedMs)
      }
    await Promise.all([control.close(), bulk.close()])
    return { toBus: summarise(toBus), toEngine: summarise(toEngine) }
  }
}

async function within<Value>(promise: Promise<Value>, name: string): Promise<Value> {
  const late = Promise.withResolvers<never>()
  const stopTimer = systemClock.after(timeoutMs, () =>
    late.reject(new Error(`${name} did not insert a block within ${timeoutMs / 1_000} s`)),
  )
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    stopTimer()
  }
}

/** Starts a node with gossip on a port. */
function startAtoll(
  world: Pick<RecordedNodeOptions, 'record' | 'folder' | 'l1' | 'engineUrl' | 'jwtSecret'>,
  p2pPort: number,
): Promise<RecordedNode> {
  return startRecordedNode({
    ...world,
    given: {
      p2pDisable: 'false',
      p2pDiscovery: 'false',
      p2pListenIp: '127.0.0.1',
      p2pListenTcp: String(p2pPort),
    },
    natsServer: process.env['ATOLL_NATS_SERVER'],
    logLevel: 'error',
    report: () => undefined,
    onChange: () => undefined,
  })
}

/** Waits until a node has its heads, and gossip accepts peers. */
async function untilReady({ failed, viewer }: RecordedNode): Promise<void> {
  const explain = () =>
    [...viewer.view.services]
      .map(([name, { wait }]) => `${name} waits for ${wait?.what ?? 'nothing'}`)
      .join('\n')
  const isReady = async () => {
    const { chain, services } = viewer.view
    const { progress, wait } = services.get('gossip') ?? {}
    // Gossip reports progress only after its libp2p host listens. If gossip also reports no wait, it knows the signer
    // and accepts blocks.
    return chain !== undefined && progress !== undefined && wait === undefined
  }
  const options = { withinMs: startMs, everyMs: 50, explain }
  await Promise.race([until('Atoll is up', options, isReady), failed])
}

/** The process of the peer. */
class Peer {
  readonly #child: ChildProcess
  readonly #ended: Promise<never>

  private constructor(child: ChildProcess) {
    this.#child = child
    const ended = Promise.withResolvers<never>()
    child.once('exit', () => ended.reject(new Error('the peer ended')))
    this.#ended = ended.promise
    // eslint-disable-next-line atoll/use-rejection -- each order handles it
    this.#ended.catch(() => undefined)
  }

  static async start(record: string): Promise<Peer> {
    const program = fileURLToPath(new URL('./gossip-peer.ts', import.meta.url))
    const child = fork(program, [record], { serialization: 'advanced' })
    await once(child, 'spawn')
    return new Peer(child)
  }

  async join(name: string, address: string): Promise<void> {
    await this.ask({ kind: 'join', name, address })
    // The node needs some time to accept the stream.
    await pause(1_000)
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await ended
  }

  async ask(order: PeerOrder): Promise<PeerAnswer> {
    const answered = once(this.#child, 'message')
    this.#child.send(order)
    const [answer] = (await Promise.race([answered, this.#ended])) as [PeerAnswer]
    return answer
  }
}
