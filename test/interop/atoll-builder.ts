import { Registry } from 'prom-client'
import { pino } from 'pino'
import { BusNames } from '#messages/bus-names.ts'
import {
  flashblockBuilt,
  flashblockChecked,
  flashblockReceived,
  signAuthorization,
} from '#messages/flashblock-subjects.ts'
import { permissionsOf } from '#messages/permissions.ts'
import type { ReceivedFlashblock } from '#messages/received-flashblock.ts'
import type { ServiceName } from '#messages/services.ts'
import { streamsOf } from '#messages/streams.ts'
import { subjects } from '#messages/subjects.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import type { MemoryServer } from '#bus/memory/memory-server.ts'
import { provision } from '#bus/provision.ts'
import { ServiceBus } from '#bus/service-bus.ts'
import type { KnownPeer } from '#libp2p/known-peers.ts'
import type { PeerEvent, StreamCount } from '#libp2p/peer-events.ts'
import type { StreamPeer } from '#libp2p/peer-streams.ts'
import { memoryBusServer } from '#node/nats-server/bus-server.ts'
import { systemClock } from '#runtime/clock.ts'
import { noTracing } from '#runtime/tracing.ts'
import { StatusReporter } from '#service/status-reporter.ts'
import { BuilderClocks } from '#services/flashblock-p2p/reports/builder-clocks.ts'
import { createMetrics } from '#services/flashblock-p2p/metrics.ts'
import {
  type BuilderNetwork,
  openBuilderNetwork,
} from '#services/flashblock-p2p/network/builder-network.ts'
import { run } from '#services/flashblock-p2p/run.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import type { PeerPlace } from './flashblocks/builder-peer.ts'

/** Time between two flashblocks. */
export const intervalMs = 250

const l2ChainId = 10n
const names = new BusNames({ chainId: l2ChainId, node: 'main' })

/** An event of a peer. */
interface NotedEvent {
  readonly peer: string
  readonly event: PeerEvent
}

/**
 * A builder of Atoll: the whole service flashblock-p2p on a bus. The test has the place of its engine, which makes
 * flashblocks and finds all others valid, and of a gossip without a key.
 */
export class AtollBuilder {
  /** Flashblocks of other builders that the engine got. */
  readonly received: ReceivedFlashblock[] = []
  readonly events: NotedEvent[] = []
  readonly counts: StreamCount[] = []
  readonly #ended = new AbortController()
  readonly #opened = Promise.withResolvers<BuilderNetwork>()
  #running: Promise<void> = Promise.resolve()
  #network: BuilderNetwork | undefined
  #engine: ServiceBus | undefined
  readonly #buses: ServiceBus[] = []
  readonly #status = new StatusReporter({
    instance: 'flashblock-p2p-0',
    version: '0',
    clock: systemClock,
  })

  /** Starts the service, and waits until it listens. */
  static async start(place: PeerPlace, others: readonly KnownPeer[]): Promise<AtollBuilder> {
    const builder = new AtollBuilder()
    await builder.#start(place, others)
    return builder
  }

  /** Makes a flashblock as the engine does. @returns Unix milliseconds just before it was handed to the service */
  async build(flashblock: Flashblock, number: bigint): Promise<number> {
    const atMs = performance.timeOrigin + performance.now()
    await this.#engine?.append(flashblockBuilt, { number, flashblock, epoch: 1n })
    return atMs
  }

  peer(id: string): StreamPeer | undefined {
    return this.#network?.peers().find((peer) => peer.id === id)
  }

  /** Whether messages can be sent to a peer, which has exactly one stream to send on. */
  isLinkedTo(id: string): boolean {
    const peer = this.peer(id)
    return peer?.protocolId !== undefined && peer.inboundStreams === 1
  }

  count(what: StreamCount): number {
    return this.counts.filter((each) => each === what).length
  }

  /** Reasons for which connections to a peer ended, and what explains them. */
  endsOf(id: string): readonly Extract<PeerEvent, { kind: 'disconnected' }>[] {
    const events = this.events.filter(({ peer }) => peer === id)
    return events.flatMap(({ event }) => (event.kind === 'disconnected' ? [event] : []))
  }

  async stop(): Promise<void> {
    this.#ended.abort()
    await this.#running
    this.#status.setWait(undefined)
    await Promise.all(this.#buses.map((bus) => bus.close()))
  }

  async #start(place: PeerPlace, others: readonly KnownPeer[]): Promise<void> {
    const server = memoryBusServer()
    const connection = server.connect({ name: 'provision', role: 'provision' })
    await provision(connection, streamsOf(subjects, names))
    await connection.close()
    const join = async (service: ServiceName) => {
      const bus = await joined(server, service)
      this.#buses.push(bus)
      return bus
    }
    this.#actAsEngine(await join('engine'))
    const gossip = await join('gossip')
    const unsigned = { kind: 'unsigned', problem: 'no key' } as const
    gossip.serve(signAuthorization, async () => unsigned)
    this.#running = this.#runService(await join('flashblock-p2p'), place, others)
    this.#network = await Promise.race([this.#opened.promise, this.#running.then(fail)])
  }

  #actAsEngine(bus: ServiceBus): void {
    this.#engine = bus
    const { signal } = this.#ended
    const pump = async () => {
      for await (const { value } of bus.tail(flashblockReceived, { from: 0n, signal })) {
        this.received.push(value)
        const { flashblock, peer } = value
        const { diff, index, payloadId } = flashblock
        const outcome = { kind: 'executed' } as const
        bus.emit(flashblockChecked, { payloadId, index, blockHash: diff.blockHash, peer, outcome })
      }
    }
    void pump()
  }

  #runService(
    bus: ServiceBus,
    { key, port }: PeerPlace,
    knownPeers: readonly KnownPeer[],
  ): Promise<void> {
    const clock = systemClock
    const log = pino({ level: 'silent' })
    return run(
      {
        bus,
        clock,
        signal: this.#ended.signal,
        log,
        status: this.#status,
        metrics: createMetrics(new Registry()),
        clocks: new BuilderClocks(clock, log),
      },
      {
        config: { ...rollupConfig({}), l2ChainId },
        acceptsUnsigned: true,
        ackMs: 20,
        followedUrls: [],
        stream: { clients: 0, publish: () => undefined },
        evidence: { add: async () => undefined },
        openNetwork: async (events) => {
          const network = await openBuilderNetwork({
            l2ChainId,
            key,
            listenIp: '127.0.0.1',
            listenTcp: port,
            knownPeers,
            intervalMs,
            clock,
            ...events,
            onPeer: (peer, event) => void this.events.push({ peer, event }),
            onCount: (what) => void this.counts.push(what),
          })
          this.#opened.resolve(network)
          return network
        },
      },
    )
  }
}

function fail(): never {
  throw new Error('flashblock-p2p ended')
}

/** The bus of a service of the node, which has its lease. */
async function joined(server: MemoryServer, service: ServiceName): Promise<ServiceBus> {
  const instance = `${service}-0`
  const permissions = permissionsOf(service, { subjects, names })
  const connect = (what: string) =>
    server.connect({ name: `${instance}/${what}`, role: service, permissions })
  const bus = new ServiceBus({
    names,
    service,
    instance,
    boot: instance,
    control: connect('control'),
    bulk: connect('bulk'),
    clock: systemClock,
    tracing: noTracing,
    onFatal: (error) => {
      throw error
    },
  })
  await bus.lease()
  return bus
}
