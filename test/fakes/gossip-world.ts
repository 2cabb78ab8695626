import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import { Registry } from 'prom-client'
import type { Bus } from '#bus/bus.ts'
import type { PeerChange } from '#messages/change-peer.ts'
import type { FetchPeersResponse } from '#messages/fetch-peers.ts'
import type { FetchL2BlockResponse } from '#messages/fetch-l2-block.ts'
import type { ServiceStatus } from '#messages/service-status.ts'
import type { PublishPayloadResponse } from '#messages/publish-payload.ts'
import {
  changePeer,
  engineChain,
  fetchL2Block,
  fetchPeers,
  payloadReceived,
  payloadRefused,
  publishPayload,
  serviceStatus,
  systemConfig,
} from '#messages/subjects.ts'
import { publicLimits } from '#libp2p/open-host.ts'
import { PeerGate } from '#libp2p/peer-gate.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { encodeBlockMessage } from '#protocol/p2p/block-message.ts'
import { encodePayload } from '#protocol/p2p/encode-payload.ts'
import { payloadHash, signBlock, signingHash } from '#protocol/p2p/payload-signature.ts'
import { type PayloadVersion, payloadVersionAt } from '#protocol/p2p/payload-version.ts'
import type { Address } from '#protocol/primitives.ts'
import { systemClock } from '#runtime/clock.ts'
import { StatusReporter } from '#service/status-reporter.ts'
import { createMetrics } from '#services/gossip/metrics.ts'
import {
  type NetworkSettings,
  openNetwork,
  type OpenNetwork,
} from '#services/gossip/network/open-network.ts'
import { PeerStore } from '#services/gossip/peers/peer-store.ts'
import type { Ports } from '#services/gossip/ports.ts'
import { run } from '#services/gossip/run.ts'
import { configOf, payloadOf, signerAddress, signerKey } from './block-messages.ts'
import { BusWorld, type Member } from './bus-world.ts'
import { chainAt, l1Ref, l2Ref } from './values.ts'

let hosts = 0

/** Opens a libp2p host with gossip on loopback, with a key of its own. The host is closed when the test ends. */
export async function hostOn(
  t: TestContext,
  settings: Partial<NetworkSettings> = {},
): Promise<OpenNetwork> {
  const network = await openNetwork({
    key: new Uint8Array(32).fill(++hosts),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    announce: [],
    agent: 'atoll/test',
    limits: { ...publicLimits, maxInboundPerSecond: 1_000 },
    gate: new PeerGate(systemClock),
    config: configOf(4),
    messageIdForm: 'op-node',
    mesh: { d: 8, dlo: 6, dhi: 12, dlazy: 6 },
    floodPublish: true,
    clock: systemClock,
    scoring: 'light',
    onDropped: () => undefined,
    onRpcDropped: () => undefined,
    onFailure: assert.ifError,
    ...settings,
  })
  t.after(() => network.close())
  return network
}

/** Changes to the defaults of a `GossipWorld`. */
export interface GossipWorldOptions {
  readonly config?: RollupConfig
  readonly ports?: Partial<Ports>
  readonly network?: Partial<NetworkSettings>
}

/** The gossip service with a real libp2p host, on an in-memory bus. The bus and the service run in virtual time. */
export class GossipWorld {
  readonly config: RollupConfig
  readonly network: OpenNetwork
  readonly #world: BusWorld
  readonly #registry = new Registry()
  readonly #da: Member
  readonly #sequencer: Member
  readonly #engine: Member
  readonly #rpc: Member
  #status: StatusReporter | undefined
  /** Errors that would end the service. */
  readonly fatal: Error[] = []
  /** The payloads that gossip stores for the engine. */
  readonly received: Payload[] = []
  readonly logged: string[] = []
  /** The blocks of the execution client, by number. */
  readonly blocks = new Map<bigint, Payload>()

  private constructor(
    world: BusWorld,
    parts: {
      da: Member
      sequencer: Member
      engine: Member
      rpc: Member
      network: OpenNetwork
      config: RollupConfig
    },
  ) {
    this.#world = world
    this.#da = parts.da
    this.#sequencer = parts.sequencer
    this.#engine = parts.engine
    this.#rpc = parts.rpc
    this.network = parts.network
    this.config = parts.config
  }

  static async start(t: TestContext, options: GossipWorldOptions = {}): Promise<GossipWorld> {
    const { config = configOf(4) } = options
    const world = await BusWorld.provisioned()
    const { bus } = await world.join('gossip')
    const da = await world.join('da-watcher')
    const sequencer = await world.join('sequencer')
    const engine = await world.join('engine')
    const rpc = await world.join('rpc')
    const network = await hostOn(t, { config, ...options.network })
    const gossip = new GossipWorld(world, { da, sequencer, engine, rpc, network, config })
    const stop = new AbortController()
    const running = gossip.#run(bus, stop.signal, options.ports)
    t.after(async () => {
      stop.abort()
      await world.settle(running)
    })
    gossip.#serveBlocks()
    gossip.#readLog(stop.signal)
    await gossip.sign(signerAddress)
    return gossip
  }

  #run(bus: Bus, signal: AbortSignal, ports: Partial<Ports> = {}): Promise<void> {
    const note = (_fields: unknown, text?: string) => void this.logged.push(text ?? String(_fields))
    const { clock } = this.#world
    const onFatal = (error: Error) => this.fatal.push(error)
    // While gossip waits for another service, the reporter reads that service's status. The bus must permit this read.
    this.#status = new StatusReporter({ instance: 'gossip-0', version: '0.0.0', clock })
    this.#status.report(bus, bus.own(serviceStatus.gossip), { signal, onFatal })
    return run(
      {
        bus,
        clock: this.#world.clock,
        signal,
        log: { debug: () => undefined, info: note, warn: note },
        status: this.#status,
        metrics: createMetrics(this.#registry),
      },
      {
        config: this.config,
        network: this.network,
        maxAgeSeconds: 60n,
        blockSigner: undefined,
        limits: { lo: 20, hi: 30, graceMs: 30_000, banBelow: -100, banMs: 3_600_000 },
        staticPeers: new Map(),
        netrestrict: [],
        discovery: undefined,
        serves: true,
        fetches: false,
        gate: new PeerGate(this.#world.clock),
        store: new PeerStore(':memory:', 10n),
        ...ports,
      },
    )
  }

  #readLog(signal: AbortSignal): void {
    const { bus } = this.#engine
    const read = async () => {
      for await (const { value } of bus.tail(payloadReceived, { from: 0n, signal }))
        this.received.push(value.payload)
    }
    void read()
  }

  #serveBlocks(): void {
    this.#engine.bus.serve(fetchL2Block, async ({ block }): Promise<FetchL2BlockResponse> => {
      const payload = block.kind === 'number' ? this.blocks.get(block.number) : undefined
      if (payload === undefined) return { generation: 1n, kind: 'not-found' }
      const part = { kind: 'payload', payload } as const
      return { generation: 1n, kind: 'found', ref: l2Ref(Number(payload.number)), part }
    })
  }

  /** Moves the engine's unsafe head. */
  async moveHead(number: bigint): Promise<void> {
    const owner = this.#engine.bus.own(engineChain)
    const unsafe = { ...l2Ref(Number(number)), timestamp: this.now }
    await this.#world.settle(
      owner.write({ ...chainAt({ generation: 1n, version: number }), unsafe }),
    )
    await this.pass(10)
  }

  /** The status of gossip. */
  get status(): Partial<ServiceStatus> {
    return this.#status?.snapshot() ?? {}
  }

  /** Unix seconds. */
  get now(): bigint {
    return BigInt(Math.floor(this.#world.clock.now() / 1_000))
  }

  /** Publishes a signer, as da-watcher does after it reads the signer from L1. */
  async sign(unsafeBlockSigner: Address): Promise<void> {
    const owner = this.#da.bus.own(systemConfig)
    await this.#world.settle(owner.write({ at: l1Ref(1), unsafeBlockSigner }))
    await this.pass(10)
  }

  /** The peers in gossip's answer to rpc. */
  async peers(): Promise<FetchPeersResponse> {
    const { bus } = this.#rpc
    return this.settle(bus.call(fetchPeers, { areKnown: false }, { deadlineMs: 2_000 }))
  }

  /** Changes a peer, as an operator does through rpc. @returns the reason of a refusal; undefined if there is none */
  async change(change: PeerChange, name: string): Promise<string | undefined> {
    const { bus } = this.#rpc
    const calling = bus.call(changePeer, { change, name }, { deadlineMs: 10_000 })
    return (await this.settle(calling)).refusal
  }

  /** Asks gossip to publish a block, as the sequencer does. */
  async publish(payload: Payload, deadlineMs = 1_000): Promise<PublishPayloadResponse> {
    const calling = this.#sequencer.bus.call(publishPayload, { payload }, { deadlineMs })
    return this.settle(calling)
  }

  /** Reports that the engine refused a block. */
  async refuse({ number, blockHash: hash }: Payload): Promise<void> {
    this.#engine.bus.emit(payloadRefused, { block: { number, hash } })
    await this.pass(10)
  }

  /** Waits until a promise has settled, while virtual and real time pass. */
  async settle<Value>(promise: Promise<Value>): Promise<Value> {
    let isSettled = false
    const settled = () => {
      isSettled = true
    }
    promise.then(settled, settled)
    await this.until(() => isSettled)
    return promise
  }

  /** Lets virtual time pass. */
  pass(forMs: number): Promise<void> {
    return this.#world.pass(forMs)
  }

  /** Waits until a condition is met, for at most ten seconds of real time. Virtual time passes five times as fast. */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    const endMs = performance.now() + 10_000
    while (!(await holds())) {
      assert.deepEqual(this.fatal, [])
      assert.ok(performance.now() < endMs, `not within ten seconds: ${holds.toString()}`)
      await this.pass(10)
      await sleep(2)
    }
  }

  /** A block with the current time, on an unknown parent. The number makes the block unique. */
  block(number: bigint, changes: Partial<Payload> = {}): Payload {
    const { timestamp = this.now } = changes
    return payloadOf(payloadVersionAt(this.config, timestamp), { number, timestamp, ...changes })
  }

  /** The number of blocks that gossip counted, by outcome. */
  outcomes(): Promise<Readonly<Record<string, number>>> {
    return this.#byOutcome('atoll_gossip_blocks_total')
  }

  /** The number of signatures that gossip counted, by outcome. */
  signatures(): Promise<Readonly<Record<string, number>>> {
    return this.#byOutcome('atoll_gossip_signatures_total')
  }

  async #byOutcome(name: string): Promise<Readonly<Record<string, number>>> {
    const metric = await this.#registry.getSingleMetric(name)?.get()
    return Object.fromEntries(
      (metric?.values ?? []).map(({ labels, value }) => [String(labels['outcome']), value]),
    )
  }

  /** The value of a gauge or counter without labels. */
  async metric(name: string): Promise<number | undefined> {
    const metric = await this.#registry.getSingleMetric(name)?.get()
    return metric?.values[0]?.value
  }
}

/** The data of a message with a signed block. */
export function blockData(
  version: PayloadVersion,
  payload: Payload,
  { key = signerKey, chainId = 10n }: { key?: Uint8Array; chainId?: bigint } = {},
): Uint8Array {
  const body = encodePayload(version, payload)
  const signature = signBlock(signingHash(chainId, payloadHash(body)), key)
  return encodeBlockMessage(signature, body)
}

/** Connects two libp2p hosts, and waits until each host is in the mesh of the other host. */
export async function join(world: GossipWorld, peer: OpenNetwork, to: OpenNetwork = world.network) {
  await peer.dial(to.addresses)
  const has = (from: OpenNetwork, other: OpenNetwork) =>
    from.peers().some(({ id, meshes }) => id === other.peerId && meshes.length === 4)
  await world.until(() => has(peer, to) && has(to, peer))
}
