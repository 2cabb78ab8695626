import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { Bus, Lease } from '#bus/bus.ts'
import type { Tracing } from '#runtime/tracing.ts'
import type { Clock } from '#runtime/clock.ts'
import type { ServiceSettings } from '#runtime/settings/service-settings.ts'
import type { StatusReporter } from './status-reporter.ts'

/** The environment of a service, ready to use. */
export interface Service<Settings> {
  readonly settings: Settings & ServiceSettings
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Registry
  readonly tracing: Tracing
  readonly status: StatusReporter
  /** Undefined for a service without a lease. */
  readonly lease: Lease | undefined
  /** Aborted when the service has to stop. `main` must then return within a second. */
  readonly signal: AbortSignal
}

/** The main function of a service; when it returns, the service ends. */
export type ServiceMain<Settings> = (service: Service<Settings>) => Promise<void>

/** Exit codes, for a supervisor. */
export const exitCodes = {
  /** Stopped on request. */
  done: 0,
  /** A failure; the log has the cause. */
  failed: 1,
  /** The settings are wrong, so a restart does not help. */
  settings: 2,
  /** The lease passed to another instance. After a restart, the service stands by. */
  leaseLost: 3,
} as const
