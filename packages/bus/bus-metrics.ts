import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Why a message was dropped. */
export type RefusedReason = 'malformed' | 'unknown-type' | 'too-large' | 'busy'

/** The kind of a published message. Each kind is stored differently. */
type PublishedKind = 'state' | 'log' | 'lease'

/** Metrics of the bus. */
export interface BusMetrics {
  refused(reason: RefusedReason): void
  /** A publish was repeated after it failed. */
  resent(kind: PublishedKind): void
  published(kind: PublishedKind, seconds: number): void
  called(name: string, seconds: number): void
  backfilled(log: string): void
  droppedExpired(): void
  leaseChanged(): void
  reconnected(): void
}

/** Values that are read at each scrape. */
export interface BusGauges {
  stateAges(): Iterable<{ readonly name: string; readonly ageMs: number | undefined }>
  leaseRemainingMs(): number | undefined
}

/** Registers the counters. */
export function createBusMetrics(registry: Registry): BusMetrics {
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, label?: Label) =>
    new Counter({
      name: `atoll_bus_${name}`,
      help,
      registers,
      labelNames: label === undefined ? [] : [label],
    })
  const histogram = <Label extends string>(name: string, help: string, label: Label) =>
    new Histogram({
      name: `atoll_bus_${name}`,
      help,
      registers,
      labelNames: [label],
      buckets: [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1, 4],
    })
  const refused = counter(
    'refused_total',
    'messages from other services that were rejected, by reason: malformed, unknown-type, too-large, busy',
    'reason',
  )
  const resent = counter(
    'resends_total',
    'messages that were published again after a failure, by kind: state, log, lease',
    'kind',
  )
  const published = histogram(
    'publish_seconds',
    'time from the publishing of a message to its acknowledgement by the NATS server, by kind',
    'kind',
  )
  const called = histogram(
    'call_seconds',
    'time from a call to another service until its answer, by the name of the call',
    'name',
  )
  const backfilled = counter(
    'backfilled_total',
    'entries of a log that were read from the store, because they were missed when they were pushed',
    'log',
  )
  const expired = counter(
    'dropped_expired_total',
    'calls from other services that were not answered because their deadline was over',
  )
  const leaseChanges = counter(
    'lease_changes_total',
    'leases that this process took: one for each start, more if it lost one',
  )
  const reconnects = counter(
    'reconnects_total',
    'connections to the NATS server that were restored',
  )
  return {
    refused: (reason) => refused.inc({ reason }),
    resent: (kind) => resent.inc({ kind }),
    published: (kind, seconds) => published.observe({ kind }, seconds),
    called: (name, seconds) => called.observe({ name }, seconds),
    backfilled: (log) => backfilled.inc({ log }),
    droppedExpired: () => expired.inc(),
    leaseChanged: () => leaseChanges.inc(),
    reconnected: () => reconnects.inc(),
  }
}

/** Registers the values that are read at each scrape. */
export function registerBusGauges(registry: Registry, gauges: BusGauges): void {
  const registers = [registry]
  // eslint-disable-next-line no-new -- a gauge registers itself
  new Gauge({
    name: 'atoll_bus_state_age_seconds',
    help: 'time since a state of another service was last read, by the name of the state; a service with a state older than 30 s is not ready',
    labelNames: ['name'],
    registers,
    collect() {
      this.reset()
      for (const { name, ageMs } of gauges.stateAges())
        if (ageMs !== undefined) this.set({ name }, ageMs / 1_000)
    },
  })
  // eslint-disable-next-line no-new -- a gauge registers itself
  new Gauge({
    name: 'atoll_bus_lease_remaining_seconds',
    help: 'time until the lease of this process ends if it is not renewed; absent without a lease',
    registers,
    collect() {
      const remainingMs = gauges.leaseRemainingMs()
      this.reset()
      if (remainingMs !== undefined) this.set(remainingMs / 1_000)
    },
  })
}

/** Metrics that count nothing. */
export const noBusMetrics: BusMetrics = {
  refused: () => undefined,
  resent: () => undefined,
  published: () => undefined,
  called: () => undefined,
  backfilled: () => undefined,
  droppedExpired: () => undefined,
  leaseChanged: () => undefined,
  reconnected: () => undefined,
}
