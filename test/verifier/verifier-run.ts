import { Registry } from 'prom-client'
import type { SafeAt } from '#messages/safe-at.ts'
import type { ApplyAttributesRequest } from '#messages/apply-attributes.ts'
import { applyAttributes, derivationTargets, engineChain, safeAt } from '#messages/subjects.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import { depositsOnly } from '#protocol/derivation/attributes.ts'
import { attributesDigest } from '#protocol/derivation/attributes-digest.ts'
import type { Bytes32, Hash } from '#protocol/primitives.ts'
import { busHeaders } from '#bus/bus-headers.ts'
import type { ServiceBus } from '#bus/service-bus.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { createMetrics as createDaWatcherMetrics } from '#services/da-watcher/metrics.ts'
import type { L1 } from '#services/da-watcher/ports.ts'
import { run as runDaWatcher } from '#services/da-watcher/run.ts'
import { run as runDerivation } from '#services/derivation/run.ts'
import { createMetrics as createDerivationMetrics } from '#services/derivation/metrics.ts'
import { SafeHeadHistory } from '#services/derivation/history/safe-head-history.ts'
import { createMetrics as createEngineMetrics } from '#services/engine/metrics.ts'
import type { Ports as EnginePorts, SyncSettings } from '#services/engine/ports.ts'
import { run as runEngine } from '#services/engine/run.ts'
import { createMetrics as createGossipMetrics } from '#services/gossip/metrics.ts'
import { PeerStore } from '#services/gossip/peers/peer-store.ts'
import type { Ports as GossipPorts } from '#services/gossip/ports.ts'
import { run as runGossip } from '#services/gossip/run.ts'
import { PeerGate } from '#libp2p/peer-gate.ts'
import { type Clock, every } from '#runtime/clock.ts'
import type { ExecutionClient } from '#engine-api/execution-client.ts'
import { Observer } from '#test/simulator/observer.ts'
import { signerAddress } from '#test/fakes/block-messages.ts'
import { singleL1 } from '#test/fakes/single-l1.ts'
import { testSubjects } from '#test/fakes/test-subjects.ts'
import type { Disturbance, DisturbedRun, Outcome } from '#test/simulator/disturbed-run.ts'
import { contextOf, remotely } from '#test/simulator/host-context.ts'
import { type Host, Simulation } from '#test/simulator/simulation.ts'
import { chainDisagreement } from './agreement.ts'
import { type Bug, withBug, withChanges } from './bugs.ts'
import { SimulatedL1 } from './simulated-l1.ts'
import { expectCaughtUp } from './caught-up.ts'
import { SimulatedPeers } from './simulated-peers.ts'
import { refusalOf } from './stand-in-chain.ts'
import { StandInClient } from './stand-in-client.ts'
import { keptInMemory } from '#test/fakes/kept-in-memory.ts'

/** Default number of L1 blocks in a run. */
const l1Blocks = 30

/** Maximum time from the end of the L1 script until all parts agree. Some disturbances last into this time. */
const graceMs = 120_000

/** Interval of the check for agreement. */
const checkMs = 250

const l1PollMs = 200

/**
 * Runs the unchanged da-watcher, derivation, engine and gossip, on an in-memory bus and in virtual time. L1 has real
 * batches and reorgs. The execution client refuses some blocks. A peer sends blocks of the sequencer, forks and wrong
 * messages.
 */
export class VerifierRun implements DisturbedRun {
  /**
   * A lost call is repeated after its deadline and a pause, at most 6 s later. Then the safe head catches up in 1 s.
   */
  readonly recoveryMs = 7_000
  /**
   * Only a few messages are delayed. With more, derivation would be so slow after a reset that it would not reach the
   * block of a late message again.
   */
  readonly late = { delay: 0.05, delayMs: 2_000, repeat: 0.5, repeatMs: 2_000 }
  readonly resetsEachMs = [500, 4_000] as const
  readonly simulation: Simulation
  readonly l1: SimulatedL1
  readonly client: StandInClient
  readonly peers: SimulatedPeers
  /** The safe-head history of each derivation instance, in memory. A history outlives its process. */
  readonly histories = [new SafeHeadHistory(':memory:'), new SafeHeadHistory(':memory:')] as const
  /** The stored peers of gossip, in memory instead of on a disk. */
  readonly #peerStore: PeerStore
  readonly observer = new Observer()
  /** The sync settings of engines. A change applies to engines that start later. */
  sync: SyncSettings = { mode: 'cl', safeOffsetSeconds: 0n }
  /** Whether the safe-head history must have an entry for every L1 block. If not, it may begin at a later L1 block. */
  expectsWholeHistory = false
  readonly #bug: Bug | undefined
  /** Digests of the attributes sent, by generation. */
  readonly #sent = new Map<bigint, Set<Bytes32>>()
  /** The safe heads from which derivation started. */
  readonly #starts: L2BlockRef[] = []

  constructor(seed: number, bug?: Bug, blocks = l1Blocks) {
    this.#bug = bug
    this.simulation = new Simulation(seed, testSubjects)
    this.l1 = new SimulatedL1({ random: this.simulation.random.fork(), blocks })
    this.client = new StandInClient(this.l1.rules)
    for (const { payload, parent, attributes } of this.l1.sequenced)
      if (refusalOf(this.l1.rules, parent.hash, attributes) !== undefined)
        this.client.refuse(payload.blockHash)
    this.peers = new SimulatedPeers(this.simulation, this.l1, this.simulation.random.fork())
    this.#peerStore = new PeerStore(':memory:', this.l1.config.l2ChainId)
  }

  /** Runs until all parts agree with one pass over L1, or until a timeout. */
  async run(disturb: Disturbance): Promise<Outcome> {
    const { simulation, l1 } = this
    this.#startAll()
    this.peers.start()
    disturb(this)
    await simulation.clock.run(l1.endMs, () => simulation.failure !== undefined)
    let agreed = false
    const stop = every(simulation.clock, checkMs, () => {
      agreed = this.#disagreement() === undefined
    })
    await simulation.clock.run(graceMs, () => simulation.failure !== undefined || agreed)
    stop()
    const reason = simulation.failure?.message ?? (agreed ? undefined : this.#disagreement())
    simulation.close()
    for (const history of this.histories) history.close()
    this.#peerStore.close()
    if (reason === undefined) return { kind: 'agreed', virtualMs: simulation.clock.monotonicMs() }
    const explanation = simulation.failure === undefined ? this.#explanation() : undefined
    return explanation === undefined
      ? { kind: 'failed', reason, lastEvents: simulation.lastEvents() }
      : { kind: 'explained', reason: `${reason}: ${explanation}` }
  }

  /**
   * Why the chain may differ from the result of a single pass over L1; undefined if nothing explains a difference. When
   * derivation starts, it reads L1 blocks again, from below the L1 block that made its safe head safe. Delta changes
   * which batches are valid, and Holocene drops pending batches. If one of these forks activates among these L1 blocks,
   * batches that were dropped the first time may be valid now. op-node reads the same L1 blocks again.
   */
  #explanation(): string | undefined {
    const { config, expected } = this.l1
    const { delta, holocene } = config.hardforkTimes
    const timeOf = (number: bigint) => this.l1.block(Infinity, blockOf(number))?.timestamp ?? 0n
    for (const { number, l1Origin } of this.#starts) {
      const base = l1Origin.number - config.channelTimeout
      const from = timeOf(base > 0n ? base : 0n)
      const madeSafe = [...expected.safeAt].find(([, safe]) => safe.number >= number)?.[0]
      const to = timeOf(madeSafe ?? l1Origin.number)
      const isBetween = (time: bigint | undefined) =>
        time !== undefined && from < time && time <= to
      if (isBetween(delta))
        return `derivation started at block ${number}, and read L1 again from before Delta`
      if (isBetween(holocene))
        return `derivation started at block ${number}, and read L1 again from before Holocene`
    }
    return undefined
  }

  expectCaughtUp(what: string, withinMs: number): void {
    const safe = () => this.client.labelled('safe')?.number ?? 0n
    expectCaughtUp({ simulation: this.simulation, l1: this.l1, safe }, { what, withinMs })
  }

  #startAll(): void {
    const { simulation, histories, observer, l1 } = this
    const { config } = l1
    const bug = withBug(this.#bug)
    simulation.start('da-watcher-0', 'da-watcher', async (host) => {
      await host.bus.lease({ signal: host.signal })
      await runDaWatcher(
        { ...contextOf(host), metrics: createDaWatcherMetrics(new Registry()) },
        { l1: this.#l1Of(host), config, pollMs: l1PollMs },
      )
    })
    for (const [at, history] of histories.entries())
      simulation.start(`derivation-${at}`, 'derivation', async (host) => {
        await host.bus.lease({ signal: host.signal })
        await runDerivation(
          {
            ...contextOf(host),
            bus: bug.derivationBus(this.#noting(host.bus)),
            metrics: createDerivationMetrics(new Registry()),
          },
          { config, confirmations: 0n, history: host.disk(history), ...bug.derivation },
        )
      })
    for (const instance of ['engine-0', 'engine-1'])
      simulation.start(instance, 'engine', async (host) => {
        const lease = await host.bus.lease({ signal: host.signal })
        const context = {
          ...contextOf(host),
          bus: bug.engineBus(host.bus),
          lease,
          instance,
          metrics: createEngineMetrics(new Registry()),
        }
        const ports = this.#enginePorts(host)
        const executionClient = bug.executionClient(ports.executionClient)
        await runEngine(context, { ...ports, executionClient })
      })
    simulation.start('rpc-0', 'rpc', (host) => observer.run(host))
    simulation.start('gossip-0', 'gossip', async (host) => {
      await host.bus.lease({ signal: host.signal })
      const clock = this.#chainClock(host)
      const metrics = createGossipMetrics(new Registry())
      await runGossip({ ...contextOf(host), clock, metrics }, this.#gossipPorts(host, clock))
    })
  }

  /** A clock that shows the time of the L1 head. L1 has a block each second, with timestamps that are 12 s apart. */
  #chainClock({ clock }: Host): Clock {
    const headTime = () => this.l1.heads(this.simulation.clock.monotonicMs()).head.timestamp
    return { ...clock, now: () => Number(headTime()) * 1_000 }
  }

  #gossipPorts(host: Host, clock: Clock): GossipPorts {
    return {
      config: this.l1.config,
      network: this.peers.networkOf(host),
      maxAgeSeconds: 60n,
      blockSigner: undefined,
      discovery: undefined,
      serves: false,
      fetches: true,
      limits: { lo: 1, hi: 10, graceMs: 0, banBelow: undefined, banMs: 0 },
      staticPeers: new Map(),
      netrestrict: [],
      gate: new PeerGate(clock),
      store: host.disk(this.#peerStore),
    }
  }

  /** The first difference from a single pass over the final L1; undefined if there is none. */
  #disagreement(): string | undefined {
    const { client, l1, observer } = this
    const history = this.#activeHistory()
    const { safe, safeAt } = l1.expected
    const different = chainDisagreement(client, l1)
    if (different !== undefined) return different
    const finalized = safeAt.get(l1.finalized.number)
    const state = observer.chain
    if (state?.safe.hash !== safe.ref.hash || state.finalized.hash !== finalized?.hash)
      return 'the observer has not seen the last state'
    for (const [l1Number, ref] of safeAt) {
      const found = history.at({ kind: 'l1-number', number: l1Number })
      if (found.kind !== 'found') {
        if (this.expectsWholeHistory) return `the history has nothing at L1 block ${l1Number}`
        continue
      }
      const { entry } = found
      const isStale = entry.l1.hash !== l1.block(Infinity, blockOf(entry.l1.number))?.hash
      if (!isStale && entry.safe.hash !== ref.hash)
        return `the safe head at L1 block ${l1Number} is ${entry.safe.number} in the history, not ${ref.number}`
    }
    for (let entry = history.finished(); entry !== undefined;) {
      const { number } = entry.l1
      if (this.#stored(number)?.safe.hash !== entry.safe.hash)
        return `the safe head at L1 block ${number} in the log differs from that in the history`
      entry = history.finished(number - 1n)
    }
    return undefined
  }

  /** The newest entry for an L1 block in the log of safe heads on the bus. */
  #stored(number: bigint): SafeAt | undefined {
    const { names, server } = this.simulation
    const stream = server.streams.get(names.logStream(safeAt.stream))
    const message = stream?.newest(names.logEntry(safeAt, number))
    return message && safeAt.codec.decode(message.data)
  }

  /** The history of the derivation that reported progress last. */
  #activeHistory(): SafeHeadHistory {
    const { names, server } = this.simulation
    const stream = server.streams.get(names.stateStream(derivationTargets))
    const reported = stream?.newest(names.stateStored(derivationTargets, ''))
    return this.histories[reported?.headers[busHeaders.instance] === 'derivation-1' ? 1 : 0]
  }

  /** Records the attributes that derivation sends, by generation. */
  #noting(bus: ServiceBus): ServiceBus {
    const call: ServiceBus['call'] = (called, request, options) => {
      if (called.name === applyAttributes.name) this.#note(request as ApplyAttributesRequest)
      return bus.call(called, request, options)
    }
    return withChanges(bus, { call })
  }

  #note({ generation, sequence, parent, attributes }: ApplyAttributesRequest): void {
    if (sequence === 1n) this.#starts.push(parent)
    const sent = this.#sent.get(generation) ?? new Set()
    this.#sent.set(generation, sent)
    for (const each of [attributes, depositsOnly(attributes)])
      if (each !== undefined)
        sent.add(attributesDigest({ parentHash: parent.hash, attributes: each }))
  }

  /** Fails the run if attributes of another generation reach the execution client. */
  #checkFence(parentHash: Hash, attributes: PayloadAttributes): void {
    const { names, server } = this.simulation
    const stream = server.streams.get(names.stateStream(engineChain))
    const stored = stream?.newest(names.stateStored(engineChain, ''))
    if (stored === undefined) return
    const { generation } = engineChain.codec.decode(stored.data)
    if (this.#sent.get(generation)?.has(attributesDigest({ parentHash, attributes })) === true)
      return
    const what = 'attributes of another generation reached the execution client'
    this.simulation.fail(new Error(what))
  }

  #l1Of(host: Host): L1 {
    const { l1, simulation } = this
    const nowMs = () => simulation.clock.monotonicMs()
    return singleL1({
      heads: () => remotely(host, () => l1.heads(nowMs())),
      fetchBlock: (wanted) => remotely(host, () => l1.block(nowMs(), wanted)),
      fetchUnsafeBlockSigner: () => remotely(host, () => signerAddress),
    })
  }

  #enginePorts(host: Host): EnginePorts {
    const { client, l1, simulation } = this
    const executionClient: ExecutionClient = {
      newPayload: (payload) => remotely(host, () => client.newPayload(payload)),
      forkchoice: (heads) => remotely(host, () => client.forkchoice(heads)),
      build: (heads, attributes) =>
        remotely(host, () => {
          this.#checkFence(heads.head, attributes)
          if (host.random.chance(0.005)) client.forgetBuilds()
          return client.build(heads, attributes)
        }),
      getPayload: (payloadId) =>
        remotely(host, () => {
          if (host.random.chance(0.005)) client.forgetBuilds()
          return client.getPayload(payloadId)
        }),
      block: (which) => remotely(host, () => client.block(which)),
      blocksDown: (from) => remotely(host, () => client.blocksDown(from)),
      accountProof: () => remotely(host, () => undefined),
      chainId: () => remotely(host, () => l1.config.l2ChainId),
      capabilities: () => remotely(host, () => undefined),
    }
    const nowMs = () => simulation.clock.monotonicMs()
    return {
      config: l1.config,
      executionClient,
      l1: {
        blocksDown: (from) => remotely(host, () => l1.blocksDown(nowMs(), from)),
        chainId: () => remotely(host, () => l1.config.l1ChainId),
      },
      sync: this.sync,
      flashblocks: keptInMemory(l1.config.l2ChainId),
    }
  }
}

function blockOf(number: bigint) {
  return { block: { kind: 'number', number } } as const
}
