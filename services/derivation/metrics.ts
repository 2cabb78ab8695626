import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { ChainState } from '#messages/chain-state.ts'
import type { DerivationTargets } from '#messages/derivation-targets.ts'
import type { ResetReason } from '#messages/reset.ts'
import type { Dropped } from '#protocol/pipeline/pipeline.ts'
import type { FaultCode } from '#runtime/fault-codes.ts'
import type { HaltReason } from './session/session.ts'

/** Purpose of a call. */
export type CallName = 'start' | 'l1' | 'l2' | 'apply' | 'reset' | 'finality'

/** Metrics of derivation. */
export interface Metrics {
  dropped(data: Dropped): void
  began(): void
  reset(cause: ResetReason): void
  halted(reason: HaltReason): void
  resent(): void
  failed(call: CallName, code: FaultCode): void
  /** @param seconds time from the call until the engine published the outcome */
  applied(outcome: ChainState['outcome'], seconds: number): void
  progressed(targets: DerivationTargets): void
}

/** Plurals in the names of counters. */
const plurals: Readonly<Record<Dropped['what'], string>> = {
  blob: 'blobs',
  calldata: 'calldata',
  frame: 'frames',
  channel: 'channels',
  batch: 'batches',
  'config-update': 'config_updates',
}

/** Help text of each metric, by its name. */
const helps = {
  pipelines_total: 'times that derivation began at a safe head: at its start and after each reset',
  resets_total: 'resets that derivation requested from the engine, by cause, such as l1-reorg',
  halts_total:
    'times that derivation halted because it cannot continue without an operator, by reason',
  failures_total:
    'failed calls to other services, which are repeated, by call (start, l1, l2, apply, reset, finality) and fault code',
  resends_total: 'payload attributes that were sent to the engine again because no outcome came',
  attributes_total:
    'payload attributes that the engine handled, by outcome: consolidated, built, replaced, dropped',
  attributes_seconds:
    'time from sending payload attributes to the engine until it publishes the outcome',
  current_l1_number: 'number of the L1 block up to which derivation is complete; 0 until it begins',
  finalized_target_number:
    'number of the newest L2 block that may be finalized, as L1 has finalized the data it was derived from; 0 until there is one',
} as const

/** Metrics in a registry. */
export function createMetrics(registry: Registry): Metrics {
  const registers = [registry]
  const described = <Label extends string>(name: keyof typeof helps, labelNames: Label[]) => ({
    name: `atoll_derivation_${name}`,
    help: helps[name],
    registers,
    labelNames,
  })
  const dropped = new Map(
    Object.entries(plurals).map(([what, plural]) => {
      const data = plural.replace('_', ' ')
      const counter = new Counter({
        name: `atoll_derivation_${plural}_dropped_total`,
        help: `${data} on L1 that do not follow the rules of derivation and were dropped, by reason`,
        registers,
        labelNames: ['reason'],
      })
      return [what, counter] as const
    }),
  )
  const sessions = new Counter(described('pipelines_total', []))
  const resets = new Counter(described('resets_total', ['cause']))
  const halts = new Counter(described('halts_total', ['reason']))
  const failures = new Counter(described('failures_total', ['call', 'code']))
  const resends = new Counter(described('resends_total', []))
  const attributes = new Counter(described('attributes_total', ['outcome']))
  const seconds = new Histogram({
    ...described('attributes_seconds', []),
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 4],
  })
  const currentL1 = new Gauge(described('current_l1_number', []))
  const finalized = new Gauge(described('finalized_target_number', []))
  return {
    dropped: ({ what, reason }) => dropped.get(what)?.inc({ reason }),
    began: () => sessions.inc(),
    reset: (cause) => resets.inc({ cause }),
    halted: (reason) => halts.inc({ reason }),
    resent: () => resends.inc(),
    failed: (call, code) => failures.inc({ call, code }),
    applied: (outcome, took) => {
      attributes.inc({ outcome })
      seconds.observe(took)
    },
    progressed: (targets) => {
      if (targets.currentL1 !== undefined) currentL1.set(Number(targets.currentL1.number))
      if (targets.finalized !== undefined) finalized.set(Number(targets.finalized.number))
    },
  }
}
