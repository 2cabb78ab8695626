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

/** Metrics in a registry. */
export function createMetrics(registry: Registry): Metrics {
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, label?: Label) =>
    new Counter({
      name: `atoll_derivation_${name}`,
      help,
      registers,
      labelNames: label === undefined ? [] : [label],
    })
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `atoll_derivation_${name}`, help, registers })
  const dropped = new Map(
    Object.entries(plurals).map(([what, plural]) => [
      what,
      counter(`${plural}_dropped_total`, `dropped ${plural} of L1, by reason`, 'reason'),
    ]),
  )
  const sessions = counter('pipelines_total', 'pipelines started')
  const resets = counter('resets_total', 'resets requested from engine', 'cause')
  const halts = counter('halts_total', 'times that derivation halted', 'reason')
  const failures = new Counter({
    name: 'atoll_derivation_failures_total',
    help: 'failed calls, which are repeated',
    registers,
    labelNames: ['call', 'code'],
  })
  const resends = counter('resends_total', 'attributes sent again')
  const attributes = counter(
    'attributes_total',
    'attributes that engine handled, by outcome',
    'outcome',
  )
  const seconds = new Histogram({
    name: 'atoll_derivation_attributes_seconds',
    help: 'time from the call until engine publishes the outcome',
    registers,
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 4],
  })
  const origin = gauge('l1_origin_number', 'the L1 block up to which derivation is complete')
  const finalized = gauge('finalized_target_number', 'the L2 block that may be finalized')
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
      if (targets.currentL1 !== undefined) origin.set(Number(targets.currentL1.number))
      if (targets.finalized !== undefined) finalized.set(Number(targets.finalized.number))
    },
  }
}
