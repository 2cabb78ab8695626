import { type Clock, sleep } from '#runtime/clock.ts'
import type { Restarted } from '#messages/service-status.ts'
import { exitCodes } from '#service/service.ts'
import { steadyMs } from '#service/status-reporter.ts'
import { backoffMs } from '#runtime/backoff.ts'

/** The end of a supervised process. */
export interface Ended {
  readonly code: number
  /** The signal that ended the process, if any. */
  readonly signal?: string | undefined
  /** The reason that the process gave for its end, if any. */
  readonly reason?: string | undefined
}

/** A process or task that runs until it ends or is stopped. */
export interface Running {
  readonly ended: Promise<Ended>
  /** Process id; undefined for a task in this process. */
  readonly pid: number | undefined
  stop(): void
}

/** A supervised service. */
export interface Supervised {
  readonly name: string
  /** Starts the service. @param restarted earlier failures of the service; undefined at its first start */
  start(restarted?: Restarted): Running
}

/** Reports events to a log or a terminal. */
export type Report = (what: string, level?: 'info' | 'warn') => void

/** Options of a supervisor. */
export interface SupervisorOptions {
  readonly clock: Clock
  readonly report: Report
  /** Called when the first start of a service fails because its settings are wrong, so that a restart cannot help. */
  readonly onFatal: (name: string, exitCode: number) => void
}

/** Pauses before the second and later restarts in a row. The first restart is immediate. */
const restartBackoff = { firstMs: 100, longestMs: 5_000 }

/** Maximum length of the stored reason of a failure, in characters. */
const maxReason = 1_000

/** Restarts services that end: immediately, then with growing pauses. */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #running = new Map<string, Running>()
  readonly #kept: Promise<void>[] = []
  readonly #stopping = new AbortController()
  /** Failures of each service that ended unexpectedly and does not run steadily yet. */
  readonly #failing = new Map<string, Restarted>()
  /** Number of restarts by service. */
  readonly restarts = new Map<string, number>()

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** Starts a service and keeps it running. */
  keep(service: Supervised): void {
    this.#kept.push(this.#keep(service))
  }

  /** Process id of a running service. */
  pidOf(name: string): number | undefined {
    return this.#running.get(name)?.pid
  }

  /** Why a service is started again and again; undefined if it runs steadily. */
  failingOf(name: string): Restarted | undefined {
    return this.#failing.get(name)
  }

  /** Stops all services; resolves when they have ended. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    for (const running of this.#running.values()) running.stop()
    await Promise.all(this.#kept)
  }

  async #keep(service: Supervised): Promise<void> {
    const { clock, report, onFatal } = this.#options
    const { signal } = this.#stopping
    let hasStarted = false
    for (let failures = 0; !signal.aborted; failures++) {
      const startedMs = clock.monotonicMs()
      const running = service.start(this.#failing.get(service.name))
      this.#running.set(service.name, running)
      const stopTimer = clock.after(steadyMs, () => this.#failing.delete(service.name))
      const { code, signal: killedBy, reason } = await running.ended
      stopTimer()
      this.#running.delete(service.name)
      if (signal.aborted) return
      // Wrong settings are fatal only until the service has once ended for another reason. After that they count as
      // temporary, because a file whose path is in the settings may be missing for a while.
      hasStarted ||= code !== exitCodes.settings
      if (!hasStarted) {
        onFatal(service.name, code)
        return
      }
      if (clock.monotonicMs() - startedMs >= steadyMs) failures = 0
      const pauseMs = failures === 0 ? 0 : backoffMs(restartBackoff, failures - 1)
      const how =
        killedBy === undefined ? `ended with exit code ${code}` : `was killed by ${killedBy}`
      report(
        `${service.name} ${how}; restarting it${pauseMs === 0 ? '' : ` in ${pauseMs} ms`}`,
        'warn',
      )
      this.#failing.set(service.name, {
        reason: reason?.slice(0, maxReason) ?? `it ${how}; see its log`,
        failures: failures + 1,
        lastMs: clock.now(),
      })
      this.restarts.set(service.name, (this.restarts.get(service.name) ?? 0) + 1)
      await sleep(clock, pauseMs, signal)
    }
  }
}
