import type { Logger } from 'pino'
import type { Bus } from '#bus/bus.ts'
import type { Clock } from '#runtime/clock.ts'
import type { StatusReporter } from '#service/status-reporter.ts'
import type { DaWatcherMetrics } from './metrics.ts'

/** What da-watcher stands on. */
export interface DaWatcherContext {
  readonly bus: Bus
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn'>
  readonly status: Pick<StatusReporter, 'waitFor' | 'goOn'>
  readonly metrics: DaWatcherMetrics
}
