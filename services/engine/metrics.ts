import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { FaultCode } from '#runtime/fault-codes.ts'
import type { ForkGap } from '#engine-api/method-versions.ts'
import type { Applied } from './apply/apply-attributes.ts'
import type { JobKind, ResetCause, State } from './state.ts'

/** Metrics of the engine. */
export interface Metrics {
  /** Sets the gauges to the values of a state. */
  observe(state: Pick<State, 'chain' | 'payloads'>): void
  generationChanged(cause: ResetCause): void
  applied(outcome: Applied['kind']): void
  payloadRefused(): void
  failed(job: JobKind, code: FaultCode): void
  called(method: string, ms: number): void
  forkGaps(gaps: readonly ForkGap[]): void
}

const labels = ['unsafe', 'safe', 'finalized', 'localSafe', 'pendingSafe'] as const

/** Registers the metrics. */
export function createMetrics(registry: Registry): Metrics {
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name: `atoll_engine_${name}`, help, registers, labelNames })
  const heads = new Gauge({
    name: 'atoll_engine_head_number',
    help: 'number of a head of the L2 chain',
    labelNames: ['label'],
    registers,
  })
  const calls = new Histogram({
    name: 'atoll_engine_call_seconds',
    help: 'duration of calls to the execution client',
    labelNames: ['method'],
    registers,
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
  })
  const refused = counter('payloads_refused_total', 'unsafe blocks that are invalid', [])
  const queue = new Gauge({
    name: 'atoll_engine_payload_queue_length',
    help: 'unsafe blocks that wait for their ancestors',
    registers,
  })
  const queueBytes = new Gauge({
    name: 'atoll_engine_payload_queue_bytes',
    help: 'memory of these blocks',
    registers,
  })
  const gapGauge = new Gauge({
    name: 'atoll_engine_fork_gap_start_seconds',
    help: 'start time of a fork that the execution client does not support, in Unix seconds; absent if it supports all',
    labelNames: ['fork'],
    registers,
  })
  const generations = counter('generation_changes_total', 'new generations', ['cause'])
  const applied = counter('attributes_total', 'attributes by outcome', ['outcome'])
  const failures = counter('failures_total', 'failures that were retried', ['job', 'code'])
  let observed: State['chain']
  return {
    observe: ({ chain, payloads: { bytes, payloads } }) => {
      queue.set(payloads.length)
      queueBytes.set(bytes)
      if (chain === undefined || chain === observed) return
      observed = chain
      for (const label of labels) heads.set({ label }, Number(chain[label].number))
    },
    generationChanged: (cause) => generations.inc({ cause }),
    applied: (outcome) => applied.inc({ outcome }),
    payloadRefused: () => refused.inc(),
    failed: (job, code) => failures.inc({ job, code }),
    forkGaps: (gaps) => {
      gapGauge.reset()
      for (const { fork, startsAt } of gaps) gapGauge.set({ fork }, Number(startsAt))
    },
    called: (method, ms) => calls.observe({ method }, ms / 1_000),
  }
}
