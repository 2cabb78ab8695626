import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { BuilderOutcome } from './builders/foreign-builds.ts'
import type { Effect, State, TroubleKind } from './state.ts'

/** A step of making a block. */
type WorkKind = Extract<Effect, { readonly workId: number }>['kind']

/** Metrics of the sequencer. */
export interface Metrics {
  /** Sets the gauges to the values of a state. */
  observe(state: Pick<State, 'isActive' | 'isRecovering'>): void
  /** Records the duration of a step. */
  worked(step: WorkKind, seconds: number): void
  /** Counts a block that became the unsafe head. `delaySeconds` is the time since the timestamp of the block. */
  inserted(transactions: number, delaySeconds: number): void
  /** Counts an attempt to pass a block to gossip. */
  published(outcome: 'sent' | 'failed'): void
  /** Counts a sealed block that did not become the unsafe head. */
  dropped(): void
  failed(trouble: TroubleKind): void
  /** Counts a block for which there is a builder. */
  builderBlock(outcome: BuilderOutcome): void
}

/** Registers the metrics. */
export function createMetrics(registry: Registry): Metrics {
  const registers = [registry]
  const active = new Gauge({
    name: 'atoll_sequencer_active',
    help: '1 while the sequencer is started, 0 while it is stopped',
    registers,
  })
  const recovering = new Gauge({
    name: 'atoll_sequencer_recovering',
    help: '1 in recover mode, in which blocks have no user transactions',
    registers,
  })
  const steps = new Histogram({
    name: 'atoll_sequencer_step_seconds',
    help: 'duration of the steps of making a block, by step: prepare, seal, commit, insert, reset-engine, check-signer',
    labelNames: ['step'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  const delay = new Histogram({
    name: 'atoll_sequencer_block_delay_seconds',
    help: 'time from the timestamp of a block to its insertion; negative if it was inserted before',
    buckets: [-0.25, -0.1, -0.05, 0, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60],
    registers,
  })
  const blocks = new Counter({
    name: 'atoll_sequencer_blocks_total',
    help: 'blocks that the sequencer made and that became the unsafe head',
    registers,
  })
  const transactions = new Counter({
    name: 'atoll_sequencer_transactions_total',
    help: 'transactions in the blocks that the sequencer made, with deposits',
    registers,
  })
  const publishes = new Counter({
    name: 'atoll_sequencer_publishes_total',
    help: 'attempts to hand a block to gossip, by outcome: sent, failed',
    labelNames: ['outcome'],
    registers,
  })
  const dropped = new Counter({
    name: 'atoll_sequencer_dropped_total',
    help: 'sealed blocks that did not become the unsafe head',
    registers,
  })
  const failures = new Counter({
    name: 'atoll_sequencer_failures_total',
    help: 'failures to make a block, by kind: signer, attributes, l1-origin, engine, seal, bad-payload, conductor, insert, invalid-block, stale',
    labelNames: ['kind'],
    registers,
  })
  return {
    observe: ({ isActive, isRecovering }) => {
      active.set(isActive ? 1 : 0)
      recovering.set(isRecovering ? 1 : 0)
    },
    worked: (step, seconds) => steps.observe({ step }, seconds),
    inserted: (count, delaySeconds) => {
      blocks.inc()
      transactions.inc(count)
      delay.observe(delaySeconds)
    },
    published: (outcome) => publishes.inc({ outcome }),
    dropped: () => dropped.inc(),
    builderBlock: builderCounter(registry),
    failed: (kind) => failures.inc({ kind }),
  }
}

function builderCounter(registry: Registry): Metrics['builderBlock'] {
  const builderBlocks = new Counter({
    name: 'atoll_sequencer_builder_blocks_total',
    help: 'blocks that the sequencer sealed while it has a builder, by outcome for the block of the builder: used, not-asked (the block has no transactions of users, is late already, or is before Ecotone), late (not there, or not executed, when the budget ended), refused (does not fit its attributes, or the execution client refuses it), syncing (the builder lacks the parent, or blocks below it), failed (threw, could not be reached, or gave a malformed answer), stale (another block became the unsafe head)',
    labelNames: ['outcome'],
    registers: [registry],
  })
  return (outcome) => builderBlocks.inc({ outcome })
}
