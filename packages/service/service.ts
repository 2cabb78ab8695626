import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { Bus, Lease } from '#bus/bus.ts'
import type { Tracing } from '#runtime/tracing.ts'
import type { Clock } from '#runtime/clock.ts'
import type { ServiceSettings } from '#runtime/settings/service-settings.ts'
import type { StatusReporter } from './status-reporter.ts'

/** What a service is made of, ready to use. */
export interface Service<Settings> {
  readonly settings: Settings & ServiceSettings
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Registry
  readonly tracing: Tracing
  readonly status: StatusReporter
  /** Undefined for a service that needs none. */
  readonly lease: Lease | undefined
  /** Aborted when the service has to stop: `main` then returns soon. */
  readonly signal: AbortSignal
}

/** A service's own part; when it returns, the service ends. */
export type ServiceMain<Settings> = (service: Service<Settings>) => Promise<void>

/** Exit codes, for a supervisor. */
export const exitCodes = {
  /** Stopped as asked. */
  done: 0,
  /** Something broke; the log says what. */
  failed: 1,
  /** The settings are wrong: starting it again does not help. */
  settings: 2,
  /** Its right to act passed to another: start it again, it stands by. */
  leaseLost: 3,
} as const
