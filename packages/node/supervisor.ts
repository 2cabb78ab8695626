import { type Clock, sleep } from '#runtime/clock.ts'
import { exitCodes } from '#service/service.ts'
import { backoffMs } from '#runtime/backoff.ts'

/** How something ended. */
export interface Ended {
  readonly code: number
  /** The signal that ended it, if one did. */
  readonly signal?: string | undefined
}

/** Something that runs until it ends or is told to. */
export interface Running {
  readonly ended: Promise<Ended>
  /** Of its process; undefined if it is in this one. */
  readonly pid: number | undefined
  stop(): void
}

/** What is supervised. */
export interface Supervised {
  readonly name: string
  start(): Running
}

/** Told what happens: to a log, or to a person. */
export type Report = (what: string, level?: 'info' | 'warn') => void

/** What a supervisor needs. */
export interface SupervisorOptions {
  readonly clock: Clock
  readonly report: Report
  /** A service that cannot be helped by another start: its settings are wrong. */
  readonly onFatal: (name: string, exitCode: number) => void
}

/** Pauses before a service is started again. */
const restartBackoff = { firstMs: 100, longestMs: 10_000 }

/** A service that ran for this long is started again after the first pause. */
const steadyMs = 10_000

/** Keeps services running: one that ends is started again, soon at first and then less often. */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #running = new Map<string, Running>()
  readonly #kept: Promise<void>[] = []
  readonly #stopping = new AbortController()
  /** How often each was started again. */
  readonly restarts = new Map<string, number>()

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** Starts a service, and keeps it running. */
  keep(service: Supervised): void {
    this.#kept.push(this.#keep(service))
  }

  /** The process of a service that runs. */
  pidOf(name: string): number | undefined {
    return this.#running.get(name)?.pid
  }

  /** Ends all services; resolves when they have. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    for (const running of this.#running.values()) running.stop()
    await Promise.all(this.#kept)
  }

  async #keep(service: Supervised): Promise<void> {
    const { clock, report, onFatal } = this.#options
    const { signal } = this.#stopping
    for (let failures = 0; !signal.aborted; failures++) {
      const startedMs = clock.monotonicMs()
      const running = service.start()
      this.#running.set(service.name, running)
      const { code, signal: killedBy } = await running.ended
      this.#running.delete(service.name)
      if (signal.aborted) return
      if (code === exitCodes.settings) {
        onFatal(service.name, code)
        return
      }
      if (clock.monotonicMs() - startedMs >= steadyMs) failures = 0
      const pauseMs = backoffMs(restartBackoff, failures)
      const how = killedBy === undefined ? `ended with ${code}` : `was killed by ${killedBy}`
      report(`${service.name} ${how}; it is started again in ${pauseMs} ms`, 'warn')
      this.restarts.set(service.name, (this.restarts.get(service.name) ?? 0) + 1)
      await sleep(clock, pauseMs, signal)
    }
  }
}
