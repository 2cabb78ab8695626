import type { Clock } from '#runtime/clock.ts'

/** Time after a refusal before a larger batch is tried again: plans change, and a refusal may have been an accident. */
const growAfterMs = 60_000

/** Number of calls that a server accepts in one request: halved when it refuses, doubled again after a while. */
export class BatchSize {
  readonly #clock: Clock
  readonly #maximum: number
  #current: number
  #changedAtMs = 0

  /** @param maximum calls in one request, at least 1 */
  constructor(maximum: number, clock: Clock) {
    this.#maximum = maximum
    this.#current = maximum
    this.#clock = clock
  }

  /** Number of calls to send in one request now. */
  get current(): number {
    const nowMs = this.#clock.monotonicMs()
    if (this.#current < this.#maximum && nowMs - this.#changedAtMs >= growAfterMs) {
      this.#current = Math.min(this.#maximum, this.#current * 2)
      this.#changedAtMs = nowMs
    }
    return this.#current
  }

  /** Notes that the server refused a batch of a size above 1. */
  refused(size: number): void {
    this.#current = Math.min(this.#current, Math.floor(size / 2))
    this.#changedAtMs = this.#clock.monotonicMs()
  }
}
