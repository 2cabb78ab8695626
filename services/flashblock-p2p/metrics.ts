import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { StreamEvent } from '#flashblock-stream/stream-client.ts'
import type { StreamRefusal } from '#flashblock-stream/stream-server.ts'
import type { StreamCount } from '#libp2p/peer-events.ts'
import type { Refusal } from './state.ts'

/** Metrics of flashblock-p2p. */
export interface Metrics {
  counted(what: StreamCount): void
  refused(reason: Refusal): void
  equivocated(): void
  unacknowledged(): void
  published(): void
  received(): void
  acknowledged(status: 'received' | 'executed' | 'refused', seconds: number): void
  clientRefused(why: StreamRefusal): void
  streamEvent(kind: StreamEvent['kind']): void
}

/** Values that are read at each scrape. */
export interface Gauges {
  /** Connected builders; undefined for a node that knows none. */
  readonly peers: (() => number) | undefined
  /** The largest difference of a builder's clock, in seconds. */
  clocks(): number
  /** Clients of the public stream. */
  clients(): number
}

/** Registers the metrics. */
export function createMetrics(registry: Registry): Metrics {
  const registers = [registry]
  const counts = new Counter({
    name: 'atoll_flashblock_p2p_stream_events_total',
    help: 'events of the streams between builders, by kind: sent, received, replaced (a slow builder gets only the newest message), write-timeout, dial-failed, duplicate (connection), stranger, refused',
    labelNames: ['kind'],
    registers,
  })
  const refusals = new Counter({
    name: 'atoll_flashblock_p2p_refused_total',
    help: 'flashblocks of other builders that were refused before the engine saw them, by reason',
    labelNames: ['reason'],
    registers,
  })
  const equivocations = new Counter({
    name: 'atoll_flashblock_p2p_equivocations_total',
    help: 'builders that signed two flashblocks of one index, and are refused until a restart',
    registers,
  })
  const unacknowledged = new Counter({
    name: 'atoll_flashblock_p2p_unacknowledged_total',
    help: 'flashblocks that became public although no connected builder acknowledged them in time',
    registers,
  })
  const published = new Counter({
    name: 'atoll_flashblock_p2p_published_total',
    help: 'flashblocks on the public stream',
    registers,
  })
  const received = new Counter({
    name: 'atoll_flashblock_p2p_received_total',
    help: 'flashblocks of other builders that were handed to the engine',
    registers,
  })
  const acknowledgements = new Histogram({
    name: 'atoll_flashblock_p2p_acknowledgement_seconds',
    help: 'time from when an own flashblock is sent until a builder acknowledges it, by status: received, executed (and stored), refused',
    labelNames: ['status'],
    buckets: [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
    registers,
  })
  return {
    counted: (kind) => counts.inc({ kind }),
    refused: (reason) => refusals.inc({ reason }),
    equivocated: () => equivocations.inc(),
    unacknowledged: () => unacknowledged.inc(),
    published: () => published.inc(),
    received: () => received.inc(),
    acknowledged: (status, seconds) => acknowledgements.observe({ status }, seconds),
    ...createStreamMetrics(registers),
  }
}

/** Metrics of the public stream of this node, and of those that it follows. */
function createStreamMetrics(
  registers: Registry[],
): Pick<Metrics, 'clientRefused' | 'streamEvent'> {
  const clients = new Counter({
    name: 'atoll_flashblock_p2p_stream_clients_refused_total',
    help: 'clients of the public stream that were refused or disconnected, by reason',
    labelNames: ['reason'],
    registers,
  })
  const followed = new Counter({
    name: 'atoll_flashblock_p2p_followed_streams_total',
    help: 'events of the streams that this node follows, by kind: connected, disconnected, malformed',
    labelNames: ['kind'],
    registers,
  })
  return {
    clientRefused: (reason) => clients.inc({ reason }),
    streamEvent: (kind) => followed.inc({ kind }),
  }
}

/** Registers the gauges. */
export function registerGauges(registry: Registry, gauges: Gauges): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  const { peers } = gauges
  if (peers !== undefined) gauge('atoll_flashblock_p2p_peers', 'connected builders', peers)
  gauge(
    'atoll_flashblock_p2p_clock_difference_seconds',
    'the largest difference of the clock of another builder, from acknowledgements of the last minute',
    () => gauges.clocks(),
  )
  gauge('atoll_flashblock_p2p_stream_clients', 'clients of the public stream', () =>
    gauges.clients(),
  )
}
