import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Refusal } from '#json-rpc/clients.ts'
import type { FlashblockOutcome } from './pending/pending-state.ts'
import type { HeadName } from './state.ts'

/** Metrics of rpc. */
export interface Metrics {
  /** Counts a call of a client; `code` is the code of its error, if it failed. */
  called(method: string, seconds: number, code: number | undefined): void
  /** Counts a connection, request or message that was refused. */
  refused(why: Refusal): void
  /** Counts notifications of a head. */
  notified(head: HeadName, subscribers: number): void
  /** Counts a failed call to another service, or to the execution client. */
  failed(call: string): void
  /** Counts a flashblock. */
  flashblock(outcome: FlashblockOutcome): void
  /** Counts notifications of a flashblock. */
  flashblockNotified(subscribers: number): void
  /** Counts transactions of flashblocks that the block does not have. */
  lost(transactions: number): void
}

/** Values that are read at each scrape. */
export interface Gauges {
  /** Open WebSockets. */
  sockets(): number
  /** Subscriptions of all WebSockets. */
  subscriptions(): number
}

/** Values of the pending block that are read at each scrape. */
export interface PendingGauges {
  /** Number of the newest prefix; undefined: `pending` is the latest block. */
  number(): bigint | undefined
  /** Seconds since the newest flashblock arrived; undefined: never. */
  ageSeconds(): number | undefined
}

/** Registers the metrics. */
export function createMetrics(registry: Registry): Metrics {
  const registers = [registry]
  const calls = new Histogram({
    name: 'atoll_rpc_call_seconds',
    help: 'time from the call of a client to its answer, by method; a method that is passed on to the execution client has the label passed-on, and a method that does not exist has the label unknown',
    labelNames: ['method'],
    buckets: [0.0005, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10],
    registers,
  })
  const errors = new Counter({
    name: 'atoll_rpc_errors_total',
    help: 'calls of clients that were answered with an error, by method and JSON-RPC error code',
    labelNames: ['method', 'code'],
    registers,
  })
  const refusals = new Counter({
    name: 'atoll_rpc_refused_total',
    help: 'refused connections, requests and messages of clients, by reason: the exceeded limit, or the flaw',
    labelNames: ['reason'],
    registers,
  })
  const notifications = new Counter({
    name: 'atoll_rpc_notifications_total',
    help: 'notifications of a new head that were sent to subscribed clients, by head: unsafe, safe, finalized',
    labelNames: ['head'],
    registers,
  })
  const failures = new Counter({
    name: 'atoll_rpc_failed_calls_total',
    help: 'calls to other services and to the execution client that failed, or were not made because too many calls were waiting, by call',
    labelNames: ['call'],
    registers,
  })
  const flashblocks = new Counter({
    name: 'atoll_rpc_flashblocks_total',
    help: 'flashblocks, by outcome: applied, repeated, cleared-gap (an index is missing), cleared-other-block (they belong to another chain of blocks), kept-early (until the parent is known), ignored, stale-epoch (of an earlier sequencer)',
    labelNames: ['outcome'],
    registers,
  })
  const flashblockNotifications = new Counter({
    name: 'atoll_rpc_flashblock_notifications_total',
    help: 'notifications of a flashblock that were sent to subscribed clients',
    registers,
  })
  const lost = new Counter({
    name: 'atoll_rpc_lost_transactions_total',
    help: 'transactions that flashblocks showed as pending, and that the block then did not have',
    registers,
  })
  return {
    flashblock: (outcome) => flashblocks.inc({ outcome }),
    flashblockNotified: (subscribers) => flashblockNotifications.inc(subscribers),
    lost: (transactions) => lost.inc(transactions),
    called: (method, seconds, code) => {
      calls.observe({ method }, seconds)
      if (code !== undefined) errors.inc({ method, code: String(code) })
    },
    refused: (reason) => refusals.inc({ reason }),
    notified: (head, subscribers) => notifications.inc({ head }, subscribers),
    failed: (call) => failures.inc({ call }),
  }
}

/** Registers gauges of the clients. */
export function registerGauges(registry: Registry, gauges: Gauges): void {
  const gauge = gaugesOf(registry)
  gauge('atoll_rpc_sockets', 'open WebSockets of clients', () => gauges.sockets())
  gauge('atoll_rpc_subscriptions', 'subscriptions of clients to heads', () =>
    gauges.subscriptions(),
  )
}

/** Registers gauges of the pending block. */
export function registerPendingGauges(registry: Registry, gauges: PendingGauges): void {
  const gauge = gaugesOf(registry)
  gauge(
    'atoll_rpc_pending_number',
    'number of the unfinished block that pending shows; 0 while pending is the latest block',
    () => Number(gauges.number() ?? 0n),
  )
  gauge(
    'atoll_rpc_flashblock_age_seconds',
    'time since the newest flashblock arrived; 0 if there was no flashblock yet',
    () => gauges.ageSeconds() ?? 0,
  )
}

/** Returns a function that registers a gauge. */
function gaugesOf(registry: Registry) {
  return (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
}
