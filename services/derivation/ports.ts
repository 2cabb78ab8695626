import type { Bus } from '#bus/bus.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Pipeline, PipelineOptions } from '#protocol/pipeline/pipeline.ts'
import type { Clock } from '#runtime/clock.ts'
import type { StatusReporter } from '#service/status-reporter.ts'
import type { SafeHeadHistory } from './history/safe-head-history.ts'
import type { Metrics } from './metrics.ts'

/** What the process, or a simulation, provides to derivation. */
export interface Context {
  readonly bus: Bus
  readonly clock: Clock
  /** Aborted when derivation has to stop. */
  readonly signal: AbortSignal
  readonly log: Readonly<
    Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>
  >
  readonly status: Pick<StatusReporter, 'setWait' | 'notices' | 'progress'>
  readonly metrics: Metrics
}

/** The chain to derive, and derivation's own disk. */
export interface Ports {
  readonly config: RollupConfig
  /** Number of blocks that L1 must have on top of a block before derivation reads it. */
  readonly confirmations: bigint
  readonly history: SafeHeadHistory
  /** Makes the pipeline of a session; by default, a `Pipeline`. */
  readonly makePipeline?: (options: PipelineOptions) => Pipeline
}
