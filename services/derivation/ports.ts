import type { Bus } from '#bus/bus.ts'
import type { Clock } from '#runtime/clock.ts'
import type { DerivationMetrics } from './metrics.ts'

/** What of a service derivation needs: a process has it all, and so has a simulation. */
export interface DerivationContext {
  readonly bus: Bus
  readonly clock: Clock
  /** Aborted when it has to stop. */
  readonly signal: AbortSignal
  readonly log: DerivationLog
  readonly status: {
    waitFor(what: string, next: string): void
    goOn(): void
  }
  readonly metrics: DerivationMetrics
}

/** Where lines go. */
type DerivationLog = Readonly<
  Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>
>
