import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { FaultCode } from '#runtime/fault-codes.ts'
import type { ForkGap } from '#engine-api/method-versions.ts'
import type { Applied } from './apply-attributes.ts'
import type { PayloadQueue } from './payload-queue.ts'
import type { Chain, JobKind, ResetCause } from './engine-state.ts'

/** What the engine counts. */
export interface EngineMetrics {
  heads(chain: Chain): void
  generationChanged(cause: ResetCause): void
  applied(outcome: Applied['kind']): void
  payloadRefused(): void
  payloadsQueued(queue: PayloadQueue): void
  failed(job: JobKind, code: FaultCode): void
  called(method: string, ms: number): void
  forkGaps(gaps: readonly ForkGap[]): void
}

const labels = ['unsafe', 'safe', 'finalized', 'localSafe', 'pendingSafe'] as const

/** Counts into a registry. */
export function createEngineMetrics(registry: Registry): EngineMetrics {
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
    help: 'how long the execution client takes to answer',
    labelNames: ['method'],
    registers,
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
  })
  const refused = counter('payloads_refused_total', 'unsafe blocks that make no valid block', [])
  const queue = new Gauge({
    name: 'atoll_engine_payload_queue_length',
    help: 'unsafe blocks that wait for those below them',
    registers,
  })
  const queueBytes = new Gauge({
    name: 'atoll_engine_payload_queue_bytes',
    help: 'what they take',
    registers,
  })
  const gapGauge = new Gauge({
    name: 'atoll_engine_fork_gap_start_seconds',
    help: 'Unix time from which on the execution client is too old, by fork; absent while it is not',
    labelNames: ['fork'],
    registers,
  })
  const generations = counter('generation_changes_total', 'new generations', ['cause'])
  const applied = counter('attributes_total', 'what became of attributes', ['outcome'])
  const failures = counter('failures_total', 'what failed and was tried again', ['job', 'code'])
  return {
    heads: (chain) => {
      for (const label of labels) heads.set({ label }, Number(chain[label].number))
    },
    generationChanged: (cause) => generations.inc({ cause }),
    applied: (outcome) => applied.inc({ outcome }),
    payloadRefused: () => refused.inc(),
    payloadsQueued: ({ bytes, payloads }) => {
      queue.set(payloads.length)
      queueBytes.set(bytes)
    },
    failed: (job, code) => failures.inc({ job, code }),
    forkGaps: (gaps) => {
      gapGauge.reset()
      for (const { fork, startsAt } of gaps) gapGauge.set({ fork }, Number(startsAt))
    },
    called: (method, ms) => calls.observe({ method }, ms / 1_000),
  }
}
