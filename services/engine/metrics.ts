import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { FaultCode } from '#runtime/fault-codes.ts'
import type { ForkGap } from '#engine-api/method-versions.ts'
import type { Applied } from './apply/apply-attributes.ts'
import type { BuildingAnswer, JobKind, ResetCause, State } from './state.ts'

/** Metrics of the engine. */
export interface Metrics {
  /** Sets the gauges to the values of a state. */
  observe(state: Pick<State, 'chain' | 'payloads'>): void
  generationChanged(cause: ResetCause): void
  applied(outcome: Applied['kind']): void
  payloadRefused(): void
  flashblockMade(): void
  flashblockRefused(): void
  flashblockChecked(outcome: 'executed' | 'stored' | 'refused'): void
  takenOver(how: 'continued' | 'sealed' | 'dropped'): void
  buildingCalled(
    call: BuildingAnswer['name'],
    outcome: BuildingAnswer['response']['kind'] | 'refused',
  ): void
  failed(kind: JobKind, code: FaultCode): void
  called(method: string, ms: number): void
  forkGaps(gaps: readonly ForkGap[]): void
}

const labels = ['unsafe', 'safe', 'finalized', 'localSafe', 'pendingSafe'] as const

/** Help text of each metric, by its name. */
const helps = {
  head_number:
    'number of a head of the L2 chain, by label: unsafe, safe, finalized, localSafe, pendingSafe',
  call_seconds: 'duration of calls to the execution client, by method',
  payloads_refused_total: 'unsafe blocks that the execution client refused as invalid',
  payload_queue_length: 'unsafe blocks that wait for their ancestors',
  payload_queue_bytes: 'memory of the unsafe blocks that wait for their ancestors',
  flashblocks_built_total: 'flashblocks of this node, executed and published',
  flashblocks_refused_total:
    'builds of flashblocks that the execution client refused, or that do not go on from the flashblock before',
  takeovers_total:
    'blocks that were begun with the flashblocks of another builder, or of an earlier run: continued, sealed (as they were, at the end of the slot) or dropped',
  flashblocks_checked_total:
    'flashblocks of other builders, by outcome: executed (and stored), stored (not executed yet), refused',
  fork_gap_start_seconds:
    'start of a fork that the execution client does not support, in Unix seconds; absent if it supports all forks',
  generation_changes_total:
    'new generations, one for each start and each reset of the engine, by cause: started, el-synced, or the reason for the reset',
  attributes_total:
    'payload attributes that were handled, by outcome: consolidated, built, replaced (by a deposits-only block), dropped (the block was invalid, so its batch was dropped)',
  building_calls_total:
    'calls of the sequencer, by call: start-building, seal, execute, insert; and by outcome: started, sealed, valid, inserted, stale (for another generation or unsafe head), invalid (the execution client refuses the block), unknown-payload (the execution client forgot the block), refused (failed, or too many calls wait)',
  failures_total:
    'failures of work with the execution client, which is retried, by kind of work and fault code',
} as const

/** Registers the metrics. */
export function createMetrics(registry: Registry): Metrics {
  const described = <Label extends string>(name: keyof typeof helps, labelNames: Label[]) => ({
    name: `atoll_engine_${name}`,
    help: helps[name],
    registers: [registry],
    labelNames,
  })
  const heads = new Gauge(described('head_number', ['label']))
  const calls = new Histogram({
    ...described('call_seconds', ['method']),
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
  })
  const refused = new Counter(described('payloads_refused_total', []))
  const flashblocks = new Counter(described('flashblocks_built_total', []))
  const badFlashblocks = new Counter(described('flashblocks_refused_total', []))
  const takeovers = new Counter(described('takeovers_total', ['how']))
  const checked = new Counter(described('flashblocks_checked_total', ['outcome']))
  const queue = new Gauge(described('payload_queue_length', []))
  const queueBytes = new Gauge(described('payload_queue_bytes', []))
  const gapGauge = new Gauge(described('fork_gap_start_seconds', ['fork']))
  const generations = new Counter(described('generation_changes_total', ['cause']))
  const applied = new Counter(described('attributes_total', ['outcome']))
  const building = new Counter(described('building_calls_total', ['call', 'outcome']))
  const failures = new Counter(described('failures_total', ['kind', 'code']))
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
    flashblockMade: () => flashblocks.inc(),
    flashblockRefused: () => badFlashblocks.inc(),
    takenOver: (how) => takeovers.inc({ how }),
    flashblockChecked: (outcome) => checked.inc({ outcome }),
    buildingCalled: (call, outcome) => building.inc({ call, outcome }),
    failed: (kind, code) => failures.inc({ kind, code }),
    forkGaps: (gaps) => {
      gapGauge.reset()
      for (const { fork, startsAt } of gaps) gapGauge.set({ fork }, Number(startsAt))
    },
    called: (method, ms) => calls.observe({ method }, ms / 1_000),
  }
}
