import type { Fault } from '#runtime/fault.ts'

/** Something that the bus tries again and again. */
export interface BusWait {
  /** What it waits for, such as `the lease of engine`. */
  readonly what: string
  /** Unix milliseconds. */
  readonly sinceMs: number
  /** Why the last attempt failed. */
  readonly reason: string
}

/** Who is told of waits. */
export interface WaitHandlers {
  /** Of each wait once, and again when its reason changes. */
  readonly onWait: (wait: BusWait) => void
  /** That it is over. */
  readonly onWaitOver: (wait: BusWait) => void
}

/** What of a bus goes on only after repeats: a service that waits says what for. */
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

  /** The longest first. */
  get current(): readonly BusWait[] {
    return [...this.#waits.values()]
  }

  /** An attempt failed, and another follows. */
  failed(what: string, { message: reason }: Fault): void {
    const known = this.#waits.get(what)
    if (known?.reason === reason) return
    const wait = { what, reason, sinceMs: known?.sinceMs ?? this.#now() }
    this.#waits.set(what, wait)
    this.#onWait(wait)
  }

  /** It went through, or is not wanted any more. */
  ended(what: string): void {
    const wait = this.#waits.get(what)
    if (wait === undefined) return
    this.#waits.delete(what)
    this.#onOver(wait)
  }
}
