import type { Logger } from 'pino'
import { Registry } from 'prom-client'
import { flashblockChecked } from '#messages/flashblock-subjects.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { ExecutionClient } from '#engine-api/execution-client.ts'
import { PeerGate } from '#libp2p/peer-gate.ts'
import { createMetrics as createDaWatcherMetrics } from '#services/da-watcher/metrics.ts'
import { run as runDaWatcher } from '#services/da-watcher/run.ts'
import { SafeHeadHistory } from '#services/derivation/history/safe-head-history.ts'
import { createMetrics as createDerivationMetrics } from '#services/derivation/metrics.ts'
import { run as runDerivation } from '#services/derivation/run.ts'
import { createMetrics as createEngineMetrics } from '#services/engine/metrics.ts'
import { run as runEngine } from '#services/engine/run.ts'
import { FlashblockStore } from '#services/engine/flashblocks/flashblock-store.ts'
import { BuilderClocks } from '#services/flashblock-p2p/reports/builder-clocks.ts'
import { createMetrics as createFlashblockMetrics } from '#services/flashblock-p2p/metrics.ts'
import { run as runFlashblockP2p } from '#services/flashblock-p2p/run.ts'
import { createMetrics as createGossipMetrics } from '#services/gossip/metrics.ts'
import { PeerStore } from '#services/gossip/peers/peer-store.ts'
import { run as runGossip } from '#services/gossip/run.ts'
import { keySigner } from '#services/gossip/signing/block-signer.ts'
import { createMetrics as createSequencerMetrics } from '#services/sequencer/metrics.ts'
import type { Conductor, SealedFile } from '#services/sequencer/ports.ts'
import { run as runSequencer } from '#services/sequencer/run.ts'
import { signerAddress, signerKey } from '#test/fakes/block-messages.ts'
import { singleL1 } from '#test/fakes/single-l1.ts'
import { contextOf, remotely } from '#test/simulator/host-context.ts'
import type { Host, Simulation } from '#test/simulator/simulation.ts'
import type { StandInClient } from '#test/verifier/stand-in-client.ts'
import type { FlashblocksBroken } from './flashblock-bugs.ts'
import { type LiveBuilders, nameOfBuilder } from './live-builders.ts'
import type { PromiseWatch } from './promise-watch.ts'
import type { LiveL1 } from './live-l1.ts'
import type { LiveNetwork } from './live-network.ts'
import type { NodeBroken } from './node-bugs.ts'

const l1PollMs = 500

/** What a log says of a loss of flashblocks. */
interface LossFields {
  readonly payloadId?: string
  readonly l2?: { readonly number: bigint }
  /** Peer ids of builders. */
  readonly silent?: readonly string[]
}

/** Parts of a node, and its settings. */
interface Parts {
  /** Position of the node in its run. */
  readonly node: number
  readonly simulation: Simulation
  readonly config: RollupConfig
  readonly client: StandInClient
  readonly l1: LiveL1
  readonly network: LiveNetwork
  /** Undefined without conductors. */
  readonly conductorOf: ((host: Host) => Conductor) | undefined
  /** Number of L1 blocks that L1 must have on top of an L1 origin. */
  readonly confirmationDepth: bigint
  /** The streams between the builders, and what becomes public; undefined without flashblocks. */
  readonly flashblocks:
    { readonly builders: LiveBuilders; readonly promises: PromiseWatch } | undefined
  readonly bug: NodeBroken
  readonly flashblockBug: FlashblocksBroken
  /** Called when the client may have another head. */
  readonly onForkchoice: () => void
}

/** A node with all services that make, publish, receive and derive blocks, on a bus of its own. */
export class SimulatedNode {
  readonly simulation: Simulation
  readonly client: StandInClient
  readonly #parts: Parts
  readonly #history = new SafeHeadHistory(':memory:')
  readonly #peerStore: PeerStore
  readonly #flashblockStore: FlashblockStore
  /** The file with the last sealed block. */
  #sealed: Payload | undefined
  /** The probability that a call to L1 or to the client fails. */
  failures = 0

  constructor(parts: Parts) {
    this.#parts = parts
    this.simulation = parts.simulation
    this.client = parts.client
    this.#peerStore = new PeerStore(':memory:', parts.config.l2ChainId)
    this.#flashblockStore = new FlashblockStore(':memory:', parts.config.l2ChainId)
  }

  start(): void {
    const { simulation } = this
    simulation.start('da-watcher-0', 'da-watcher', (host) => this.#daWatcher(host))
    simulation.start('derivation-0', 'derivation', (host) => this.#derivation(host))
    simulation.start('engine-0', 'engine', (host) => this.#engine(host))
    simulation.start('gossip-0', 'gossip', (host) => this.#gossip(host))
    simulation.start('sequencer-0', 'sequencer', (host) => this.#sequencer(host))
    const { flashblocks } = this.#parts
    if (flashblocks !== undefined)
      simulation.start('flashblock-p2p-0', 'flashblock-p2p', (host) => this.#builder(host))
  }

  close(): void {
    this.#history.close()
    this.#peerStore.close()
    this.#flashblockStore.close()
  }

  async #daWatcher(host: Host): Promise<void> {
    const { config, l1 } = this.#parts
    await host.bus.lease({ signal: host.signal })
    const source = singleL1({
      heads: () => remotely(host, () => l1.heads(), this.failures),
      fetchBlock: (wanted) => remotely(host, () => l1.block(wanted), this.failures),
      fetchUnsafeBlockSigner: () => remotely(host, () => signerAddress, this.failures),
    })
    await runDaWatcher(
      { ...contextOf(host), metrics: createDaWatcherMetrics(new Registry()) },
      { l1: source, config, pollMs: l1PollMs },
    )
  }

  async #derivation(host: Host): Promise<void> {
    const { config } = this.#parts
    await host.bus.lease({ signal: host.signal })
    await runDerivation(
      { ...contextOf(host), metrics: createDerivationMetrics(new Registry()) },
      { config, confirmations: 0n, history: host.disk(this.#history) },
    )
  }

  async #engine(host: Host): Promise<void> {
    const { config, l1 } = this.#parts
    const { bus, instance } = host
    const lease = await bus.lease({ signal: host.signal })
    const metrics = createEngineMetrics(new Registry())
    const context = contextOf(host)
    const log = this.#notingLosses(context.log)
    await runEngine(
      { ...context, log, lease, instance, metrics },
      {
        config,
        executionClient: this.#clientOf(host),
        l1: {
          blocksDown: (from) => remotely(host, () => l1.blocksDown(from), this.failures),
          chainId: () => remotely(host, () => config.l1ChainId, this.failures),
        },
        sync: { mode: 'cl', safeOffsetSeconds: 0n },
        flashblocks: this.#parts.flashblockBug.kept(host.disk(this.#flashblockStore)),
      },
    )
  }

  /** A log that also notes why flashblocks are lost: their loss has a named reason. */
  #notingLosses(log: Logger): Logger {
    const { flashblocks } = this.#parts
    return new Proxy(log, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target)
        if ((name !== 'error' && name !== 'warn') || typeof value !== 'function') return value
        return (fields: LossFields, message: string) => {
          if (message.startsWith('flashblocks cannot be taken over') && fields.payloadId)
            flashblocks?.promises.noteDropped(fields.payloadId)
          if (message.startsWith('builders do not answer') && fields.l2 && fields.silent)
            flashblocks?.promises.noteSilent(fields.l2.number, fields.silent)
          if (message.startsWith('flashblock-p2p does not answer') && fields.l2)
            flashblocks?.promises.noteSilent(fields.l2.number, flashblocks.builders.names)
          target[name](fields, message)
        }
      },
    })
  }

  #clientOf(host: Host): ExecutionClient {
    const { client } = this
    const { config, onForkchoice } = this.#parts
    const call = <Value>(work: () => Value) => remotely(host, work, this.failures)
    return {
      newPayload: (payload) => call(() => client.newPayload(payload)),
      forkchoice: (heads) =>
        call(() => {
          const status = client.forkchoice(heads)
          onForkchoice()
          return status
        }),
      build: (heads, attributes) => call(() => client.build(heads, attributes)),
      getPayload: (payloadId) => call(() => client.getPayload(payloadId)),
      block: (which) => call(() => client.block(which)),
      blocksDown: (from) => call(() => client.blocksDown(from)),
      accountProof: () => call(() => undefined),
      chainId: () => call(() => config.l2ChainId),
      capabilities: () => call(() => undefined),
    }
  }

  async #gossip(host: Host): Promise<void> {
    const { config, network, node } = this.#parts
    await host.bus.lease({ signal: host.signal })
    await runGossip(
      { ...contextOf(host), metrics: createGossipMetrics(new Registry()) },
      {
        config,
        network: network.networkOf(node, host),
        maxAgeSeconds: 60n,
        blockSigner: keySigner(config.l2ChainId, signerKey),
        discovery: undefined,
        serves: true,
        fetches: true,
        limits: { lo: 1, hi: 10, graceMs: 0, banBelow: undefined, banMs: 0 },
        staticPeers: new Map(),
        netrestrict: [],
        gate: new PeerGate(host.clock),
        store: host.disk(this.#peerStore),
      },
    )
  }

  async #sequencer(host: Host): Promise<void> {
    const { bug, conductorOf, config, confirmationDepth, node } = this.#parts
    const conductor = conductorOf?.(host)
    const lease = await host.bus.lease({ signal: host.signal })
    const context = contextOf(host)
    await runSequencer(
      {
        ...context,
        log: this.#notingLosses(context.log),
        bus: bug.sequencerBus(host.bus),
        lease,
        metrics: createSequencerMetrics(new Registry()),
      },
      {
        config,
        conductor: conductor && bug.conductor(conductor),
        activityFile: undefined,
        foreign: undefined,
        sealedFile: conductor === undefined ? bug.sealedFile(this.#sealedFile(host)) : undefined,
        settings: {
          isStopped: node !== 0,
          isRecovering: false,
          confirmationDepth,
          maxSafeLag: 0n,
          sealingMs: 50,
          flashblocks: this.#parts.flashblocks && {
            intervalMs: 250,
            sendOffsetMs: 0,
            endBufferMs: 150,
          },
        },
      },
    )
  }

  async #builder(host: Host): Promise<void> {
    const { config, flashblocks, node } = this.#parts
    if (flashblocks === undefined) throw new Error('a builder without flashblocks')
    const { builders, promises } = flashblocks
    await host.bus.lease({ signal: host.signal })
    host.bus.listen(flashblockChecked, ({ blockHash, outcome }) => {
      if (outcome.kind === 'executed') promises.noteExecuted(blockHash, nameOfBuilder(node))
    })
    const context = contextOf(host)
    await runFlashblockP2p(
      {
        ...context,
        metrics: createFlashblockMetrics(new Registry()),
        clocks: new BuilderClocks(context.clock, context.log),
      },
      {
        config,
        acceptsUnsigned: false,
        ackMs: 20,
        followedUrls: [],
        stream: {
          clients: 0,
          publish: promises.newStream(nameOfBuilder(node)),
        },
        evidence: {
          add: async ([{ builder, number }]) => promises.noteEquivocation(builder, number),
        },
        openNetwork: async (events) =>
          builders.networkOf(node, host, this.#parts.flashblockBug.events(events)),
      },
    )
  }

  #sealedFile(host: Host): SealedFile {
    return {
      load: () => remotely(host, () => this.#sealed, 0),
      store: (payload) => remotely(host, () => void (this.#sealed = payload), 0),
    }
  }
}
