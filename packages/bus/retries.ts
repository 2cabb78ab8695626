import type { Fault } from '#runtime/fault.ts'

/** An operation that the bus retries. */
export interface BusWait {
  /** What is retried, such as `the lease of engine`. */
  readonly what: string
  /** Unix milliseconds. */
  readonly sinceMs: number
  /** Why the last attempt failed. */
  readonly reason: string
}

/** Callbacks for waits. */
export interface WaitHandlers {
  /** Called once for each wait, and again when its reason changes. */
  readonly onWait: (wait: BusWait) => void
  /** Called when the wait is over. */
  readonly onWaitOver: (wait: BusWait) => void
}

/** The operations that a bus is retrying, for the status of its service. */
export class Waits {
  readonly #waits = new Map<string, BusWait>()
  readonly #now: () => number
  readonly #onWait: (wait: BusWait) => void
  readonly #onOver: (wait: BusWait) => void

  constructor(now: () => number, { onWait, onWaitOver }: WaitHandlers) {
    this.#now = now
    this.#onWait = onWait
    this.#onOver = onWaitOver
  }

  /** Longest wait first. */
  get current(): readonly BusWait[] {
    return [...this.#waits.values()]
  }

  /** Called when an attempt failed and will be repeated. */
  failed(what: string, { message: reason }: Fault): void {
    const known = this.#waits.get(what)
    if (known?.reason === reason) return
    const wait = { what, reason, sinceMs: known?.sinceMs ?? this.#now() }
    this.#waits.set(what, wait)
    this.#onWait(wait)
  }

  /** Called when the operation succeeded or was cancelled. */
  ended(what: string): void {
    const wait = this.#waits.get(what)
    if (wait === undefined) return
    this.#waits.delete(what)
    this.#onOver(wait)
  }
}
