import type { Clock } from '#runtime/clock.ts'

/**
 * Time after a refusal before a larger batch is tried again: by then the limit of the server may have changed, or the
 * refusal may have had another cause.
 */
const growAfterMs = 60_000

/**
 * Time after a rate limit before a larger batch is tried again. It is shorter than `growAfterMs`, since a rate limit
 * also depends on other calls.
 */
const growAfterLimitMs = 5_000

/**
 * Number of calls that a server accepts in one request. The number is halved after a refusal, and doubled after a
 * while.
 */
export class BatchSize {
  readonly #clock: Clock
  readonly #maximum: number
  #current: number
  #growAtMs = 0
  #growAfterMs = growAfterMs

  /** @param maximum calls in one request, at least 1 */
  constructor(maximum: number, clock: Clock) {
    this.#maximum = maximum
    this.#current = maximum
    this.#clock = clock
  }

  /** Number of calls to send in one request now. */
  get current(): number {
    const nowMs = this.#clock.monotonicMs()
    if (this.#current < this.#maximum && nowMs >= this.#growAtMs) {
      this.#current = Math.min(this.#maximum, this.#current * 2)
      this.#growAtMs = nowMs + this.#growAfterMs
    }
    return this.#current
  }

  /** Records that the server refused a batch of a size above 1. */
  refused(size: number): void {
    this.#shrink(Math.floor(size / 2), growAfterMs)
  }

  /**
   * Records that a batch of a size above 1 met a rate limit. The current size is halved, even if the batch was smaller.
   */
  limited(size: number): void {
    this.#shrink(Math.floor(Math.max(size, this.#current) / 2), growAfterLimitMs)
  }

  #shrink(size: number, afterMs: number): void {
    this.#current = Math.max(1, Math.min(this.#current, size))
    this.#growAfterMs = afterMs
    this.#growAtMs = this.#clock.monotonicMs() + afterMs
  }
}
