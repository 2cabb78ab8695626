import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Refusal } from '#json-rpc/clients.ts'
import type { HeadName } from './state.ts'

/** Metrics of rpc. */
export interface Metrics {
  /** Counts a call of a client; `code` is the code of its error, if it failed. */
  called(method: string, seconds: number, code: number | undefined): void
  /** Counts a connection, request or message that was refused. */
  refused(why: Refusal): void
  /** Counts notifications of a head. */
  notified(head: HeadName, subscribers: number): void
  /** Counts a failed call to another service. */
  failed(call: string): void
}

/** Values that are read at each scrape. */
export interface Gauges {
  /** Open WebSockets. */
  sockets(): number
  /** Subscriptions of all WebSockets. */
  subscriptions(): number
}

/** Registers the metrics. */
export function createMetrics(registry: Registry): Metrics {
  const registers = [registry]
  const calls = new Histogram({
    name: 'atoll_rpc_call_seconds',
    help: 'time from the call of a client to its answer, by method; all methods that do not exist have the label unknown',
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
    help: 'calls to other services that failed, or were not made because too many calls were waiting, by call',
    labelNames: ['call'],
    registers,
  })
  return {
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
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge('atoll_rpc_sockets', 'open WebSockets of clients', () => gauges.sockets())
  gauge('atoll_rpc_subscriptions', 'subscriptions of clients to heads', () =>
    gauges.subscriptions(),
  )
}
