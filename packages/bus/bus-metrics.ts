import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Why a message was dropped. */
export type RefusedReason = 'malformed' | 'unknown-type' | 'too-large' | 'busy'

/** The kind of a published message; kinds differ in how they are stored. */
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
  const refused = counter('refused_total', 'messages that were rejected', 'reason')
  const resent = counter('resends_total', 'publishes that were repeated after they failed', 'kind')
  const published = histogram('publish_seconds', 'from publish to acknowledgement', 'kind')
  const called = histogram('call_seconds', 'from call to answer', 'name')
  const backfilled = counter('backfilled_total', 'log entries read from the store', 'log')
  const expired = counter('dropped_expired_total', 'calls dropped after their deadline')
  const leaseChanges = counter('lease_changes_total', 'times that this process took its lease')
  const reconnects = counter('reconnects_total', 'times that a connection was restored')
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
    help: 'time since a followed state was last seen',
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
    help: 'time until this process must stop if its lease is not renewed; absent without a lease',
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
