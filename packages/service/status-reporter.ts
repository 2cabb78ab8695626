import type { Restarted, ServiceStatus, Wait } from '#messages/service-status.ts'
import type { ServiceName } from '#messages/services.ts'
import { serviceStatus } from '#messages/subjects.ts'
import type { Bus, Owner } from '#bus/bus.ts'
import { type Clock, every } from '#runtime/clock.ts'
import { isFault, toError } from '#runtime/fault.ts'

/** Period in which the status is written, even if it did not change. */
const statusPeriodMs = 5_000

/** Minimum pause between two writes of the status. */
const statusPauseMs = 250

/** A status that is older than this is not a cause: the service has probably ended. */
const silentMs = 15_000

/** After this time a service that was started again counts as running steadily. */
export const steadyMs = 10_000

/** A service with an input older than this is not ready. */
export const staleInputMs = 30_000

/** A wait that lasts this long is logged. */
const loggedAfterMs = 5_000

/** Period in which a wait that lasts is logged again. */
const loggedEveryMs = 60_000

/** A wait, as a service reports it. */
export interface Waiting {
  /**
   * What the service waits for, such as `da-watcher to fetch L1 block 7`. The wait has lasted for as long as this text is
   * the same.
   */
  readonly what: string
  /** The last failure, which may change while the wait lasts. Not shown if the cause is known from `on`. */
  readonly why?: string | undefined
  /** What the service does next, and when. */
  readonly next: string
  /** The other service that this service waits for. The wait of that service is the cause of this wait. */
  readonly on?: ServiceName | undefined
  /** Start of the wait by the monotonic clock, if the wait began before this report. */
  readonly startedMs?: number | undefined
}

/** The text of a wait: what the service waits for, and the last failure. */
export function waitText({ what, why }: Pick<Waiting, 'what' | 'why'>): string {
  return why === undefined ? what : `${what}: ${why}`
}

/** Options of a reporter. */
export interface StatusReporterOptions {
  readonly instance: string
  readonly version: string
  readonly clock: Clock
  /** Why the service was started again; undefined if it was not. */
  readonly restarted?: Restarted | undefined
  /** Called when a wait lasts: after 5 s, and then every minute. */
  readonly onWaitLasts?: (wait: Wait, forMs: number) => void
  /** Called when a wait is over, with the last thing that the service waited for, and the total time. */
  readonly onWaitOver?: (what: string, forMs: number) => void
}

/** A wait and its start. */
type Current = Waiting & Pick<Wait, 'sinceMs'>

/** How often a service failed, and why, as shown to operators. */
export function failsAgain({ reason, failures, lastMs }: Restarted, nowMs: number): string {
  const ago = Math.max(0, Math.round((nowMs - lastMs) / 1_000))
  return failures === 1
    ? `was started again ${ago} s ago: ${reason}`
    : `fails again and again: ${reason}; ${failures} restarts, last ${ago} s ago`
}

/** Publishes the status of a service on the bus, and answers whether it is ready. */
export class StatusReporter {
  readonly #options: StatusReporterOptions
  readonly #startedMs: number
  #bus: Bus | undefined
  #phase: ServiceStatus['phase'] = 'starting'
  #healthUrl: string | undefined
  #restarted: Restarted | undefined
  #wait: Current | undefined
  #waitsSinceMs = 0
  #stopLogging: () => void = () => undefined
  #isStopped = false
  #notices: readonly string[] = []
  #progress: string | undefined
  readonly #followed = new Set<ServiceName>()
  /** Waits of the other services that this service waits for. */
  readonly #causes = new Map<
    ServiceName,
    { readonly wait: Wait | undefined; readonly seenMs: number }
  >()
  #changed: () => void = () => undefined

  constructor(options: StatusReporterOptions) {
    this.#options = options
    this.#startedMs = options.clock.now()
    this.#restarted = options.restarted
  }

  set phase(phase: ServiceStatus['phase']) {
    this.#phase = phase
    if (phase === 'running' && this.#restarted !== undefined)
      this.#options.clock.after(steadyMs, () => {
        this.#restarted = undefined
        this.#changed()
      })
    this.#changed()
  }

  /** Sets the address of health, readiness and metrics. */
  set healthUrl(url: string) {
    this.#healthUrl = url
    this.#changed()
  }

  /** Sets the wait of the service; undefined if it waits for nothing. */
  setWait(wait: Waiting | undefined): void {
    if (wait === undefined) {
      this.#goOn()
      return
    }
    const before = this.#wait
    if (wait.on !== undefined) this.#follow(wait.on)
    if (before?.what === wait.what && before.why === wait.why && before.next === wait.next) return
    const { clock } = this.#options
    const nowMs = clock.now()
    const { startedMs = clock.monotonicMs() } = wait
    const sinceMs = nowMs - (clock.monotonicMs() - startedMs)
    if (before === undefined) this.#begin(nowMs)
    this.#wait = { ...wait, sinceMs: before?.what === wait.what ? before.sinceMs : sinceMs }
    this.#changed()
  }

  #begin(nowMs: number): void {
    const { clock, onWaitLasts } = this.#options
    this.#waitsSinceMs = nowMs
    // A service that is stopped during its start may still begin to wait. The timer of the wait would outlast the
    // service.
    if (this.#isStopped) return
    const log = (afterMs: number) => {
      this.#stopLogging = clock.after(afterMs, () => {
        const { wait } = this.snapshot()
        if (wait !== undefined) onWaitLasts?.(wait, clock.now() - wait.sinceMs)
        log(loggedEveryMs)
      })
    }
    log(loggedAfterMs)
  }

  /** Ends the wait. */
  #goOn(): void {
    if (this.#wait === undefined) return
    const { clock, onWaitOver } = this.#options
    const { what } = this.#wait
    this.#wait = undefined
    this.#stopLogging()
    onWaitOver?.(what, clock.now() - this.#waitsSinceMs)
    this.#changed()
  }

  /** Sets the notices: problems that need an operator although no work waits yet. Replaces all earlier ones. */
  set notices(notices: readonly string[]) {
    if (notices.join('\n') === this.#notices.join('\n')) return
    this.#notices = notices
    this.#changed()
  }

  /** Sets the progress of the service, as shown to operators. The next status has the new progress. */
  set progress(progress: string | undefined) {
    this.#progress = progress
  }

  snapshot(): ServiceStatus {
    const { instance, version, clock } = this.#options
    const wait = this.#shown(this.#wait) ?? this.#busWait()
    return {
      instance,
      version,
      startedMs: this.#startedMs,
      phase: this.#phase === 'running' && wait !== undefined ? 'waiting' : this.#phase,
      wait,
      inputs: this.#bus?.inputs() ?? [],
      writtenMs: clock.now(),
      notices: this.#notices,
      ...(this.#progress !== undefined && { progress: this.#progress }),
      ...(this.#restarted !== undefined && { restarted: this.#restarted }),
      ...(this.#healthUrl !== undefined && { healthUrl: this.#healthUrl }),
    }
  }

  /** Follows the status of another service that this service waits for. */
  #follow(service: ServiceName): void {
    if (this.#bus === undefined || this.#followed.has(service)) return
    this.#followed.add(service)
    this.#bus.followEach(serviceStatus[service], (status) => {
      // The instance that acts is the cause, not an instance that stands by.
      if (status.phase === 'standby') return
      this.#causes.set(service, { wait: status.wait, seenMs: this.#options.clock.monotonicMs() })
      if (this.#wait?.on === service) this.#changed()
    })
  }

  /** The wait, with its cause. The cause is the wait of the service `on`; if that wait is unknown, the last failure. */
  #shown(wait: Current | undefined): Wait | undefined {
    if (wait === undefined) return undefined
    const { what, why, next, sinceMs, on } = wait
    const cause = this.#causeOf(on)
    if (cause !== undefined)
      return { what: `${what}; ${on} waits for ${cause.what}`, next: cause.next, sinceMs, on }
    return { what: waitText({ what, why }), next, sinceMs, ...(on !== undefined && { on }) }
  }

  /** The wait of another service, if the last status of that service is recent. */
  #causeOf(service: ServiceName | undefined): Wait | undefined {
    const cause = service && this.#causes.get(service)
    const isOld = cause === undefined || this.#options.clock.monotonicMs() - cause.seenMs > silentMs
    return isOld ? undefined : cause.wait
  }

  /** The wait for an operation that the bus retries. */
  #busWait(): Wait | undefined {
    const [first] = this.#bus?.waits() ?? []
    if (first === undefined) return undefined
    const { what, sinceMs, reason } = first
    return { what, sinceMs, next: `retries until it succeeds; last failure: ${reason}` }
  }

  /** Why the service is not ready; empty if it is ready. */
  reasonsNotReady(): readonly string[] {
    const { phase, wait, inputs, restarted } = this.snapshot()
    const reasons: string[] = []
    if (restarted !== undefined && restarted.failures > 1)
      reasons.push(failsAgain(restarted, this.#options.clock.now()))
    if (phase === 'starting' || phase === 'standby' || phase === 'stopping') reasons.push(phase)
    if (wait !== undefined) reasons.push(`waits for ${wait.what}; next: ${wait.next}`)
    if (this.#bus?.isUp === false) reasons.push('the bus cannot be reached')
    for (const { name, ageMs } of inputs) {
      if (ageMs === undefined) reasons.push(`${name} was never seen`)
      else if (ageMs > staleInputMs) reasons.push(`${name} was last seen ${ageMs} ms ago`)
    }
    return reasons
  }

  /** Writes the status to the bus until `signal` is aborted: every 5 s, and soon after each change. */
  report(
    bus: Bus,
    owner: Owner<ServiceStatus>,
    { signal, onFatal }: { readonly signal: AbortSignal; readonly onFatal: (error: Error) => void },
  ): void {
    const { clock } = this.#options
    this.#bus = bus
    let isWriting = false
    let isDue = false
    const write = async () => {
      isDue = true
      if (isWriting) return
      isWriting = true
      while (isDue && !signal.aborted) {
        isDue = false
        await owner.write(this.snapshot())
        await new Promise<void>((resolve) => clock.after(statusPauseMs, resolve))
      }
      isWriting = false
    }
    const writeOrStop = () => {
      write().catch((error: unknown) => {
        if (!isFault(error, 'closed')) onFatal(toError(error))
      })
    }
    this.#changed = writeOrStop
    writeOrStop()
    signal.addEventListener('abort', every(clock, statusPeriodMs, writeOrStop), { once: true })
    const stop = () => {
      this.#isStopped = true
      this.#stopLogging()
    }
    signal.addEventListener('abort', stop, { once: true })
  }
}
