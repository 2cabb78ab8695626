import { type Clock, sleep } from '#runtime/clock.ts'

/** Limits the rate of calls to a server. After a pause, the calls allowed in one second may be made without a delay. */
export class CallRate {
  readonly #perSecond: number
  readonly #clock: Clock
  /** Time at which the last call would be made if all calls so far were made one by one at the rate. */
  #paidUntilMs = 0

  /** @param perSecond calls, above 0 */
  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
  }

  /** Waits until this many calls may be made. A batch above the rate is delayed by its size, not refused. */
  async take(calls: number, signal?: AbortSignal): Promise<void> {
    const nowMs = this.#clock.monotonicMs()
    const oldestMs = nowMs - 1_000
    const fromMs = Math.max(this.#paidUntilMs, oldestMs)
    this.#paidUntilMs = fromMs + (calls * 1_000) / this.#perSecond
    const waitMs = this.#paidUntilMs - nowMs
    if (waitMs > 0) await sleep(this.#clock, waitMs, signal)
  }
}
