import type { ServiceStatus, Wait } from '#messages/service-status.ts'
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

/** A service with an input older than this is not ready. */
export const staleInputMs = 30_000

/** Options of a reporter. */
export interface StatusReporterOptions {
  readonly instance: string
  readonly version: string
  readonly clock: Clock
  /** Called when a wait is over, with the last thing that the service waited for, and the total time. */
  readonly onWaitOver?: (what: string, forMs: number) => void
}

/** Publishes the status of a service on the bus, and answers whether it is ready. */
export class StatusReporter {
  readonly #options: StatusReporterOptions
  readonly #startedMs: number
  #bus: Bus | undefined
  #phase: ServiceStatus['phase'] = 'starting'
  #wait: Wait | undefined
  #waitsSinceMs = 0
  #notices: readonly string[] = []
  readonly #followed = new Set<ServiceName>()
  /** Waits of the services that this one waits for. */
  readonly #causes = new Map<
    ServiceName,
    { readonly wait: Wait | undefined; readonly seenMs: number }
  >()
  #changed: () => void = () => undefined

  constructor(options: StatusReporterOptions) {
    this.#options = options
    this.#startedMs = options.clock.now()
  }

  set phase(phase: ServiceStatus['phase']) {
    this.#phase = phase
    this.#changed()
  }

  /** Sets what the service waits for, and what it does next; the reporter adds the start time. */
  waitFor(what: string, next: string, on?: ServiceName): void {
    if (on !== undefined) this.#follow(on)
    if (this.#wait?.what === what && this.#wait.next === next) return
    const nowMs = this.#options.clock.now()
    if (this.#wait === undefined) this.#waitsSinceMs = nowMs
    const sinceMs = this.#wait?.what === what ? this.#wait.sinceMs : nowMs
    this.#wait = { what, sinceMs, next, ...(on !== undefined && { on }) }
    this.#changed()
  }

  /** Sets what the service waits for; undefined if it waits for nothing. */
  setWait(wait: Omit<Wait, 'sinceMs'> | undefined): void {
    if (wait === undefined) this.goOn()
    else this.waitFor(wait.what, wait.next, wait.on)
  }

  /** Ends the wait. */
  goOn(): void {
    if (this.#wait === undefined) return
    const { clock, onWaitOver } = this.#options
    const { what } = this.#wait
    this.#wait = undefined
    onWaitOver?.(what, clock.now() - this.#waitsSinceMs)
    this.#changed()
  }

  /** Sets the notices: problems that need an operator although no work waits yet. Replaces all earlier ones. */
  set notices(notices: readonly string[]) {
    this.#notices = notices
    this.#changed()
  }

  snapshot(): ServiceStatus {
    const { instance, version, clock } = this.#options
    const wait = this.#withCause(this.#wait) ?? this.#busWait()
    return {
      instance,
      version,
      startedMs: this.#startedMs,
      phase: this.#phase === 'running' && wait !== undefined ? 'waiting' : this.#phase,
      wait,
      inputs: this.#bus?.inputs() ?? [],
      writtenMs: clock.now(),
      notices: this.#notices,
    }
  }

  /** Follows the status of a service that this one waits for. */
  #follow(service: ServiceName): void {
    if (this.#bus === undefined || this.#followed.has(service)) return
    this.#followed.add(service)
    this.#bus.followEach(serviceStatus[service], (status) => {
      // The instance that acts is the cause, not one that stands by.
      if (status.phase === 'standby') return
      this.#causes.set(service, { wait: status.wait, seenMs: this.#options.clock.monotonicMs() })
      if (this.#wait?.on === service) this.#changed()
    })
  }

  /** Adds the cause to a wait for another service: what that service waits for, which has its own cause. */
  #withCause(wait: Wait | undefined): Wait | undefined {
    if (wait?.on === undefined) return wait
    const cause = this.#causes.get(wait.on)
    const isOld = cause === undefined || this.#options.clock.monotonicMs() - cause.seenMs > silentMs
    if (isOld || cause.wait === undefined) return wait
    const { what, next } = cause.wait
    return { ...wait, what: `${wait.what}; ${wait.on} waits for ${what}`, next }
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
    const { phase, wait, inputs } = this.snapshot()
    const reasons: string[] = []
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
  }
}
