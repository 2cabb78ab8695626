import { type Clock, sleep } from '#runtime/clock.ts'

/** Keeps calls to a server below a rate: what is saved up in a second may be spent at once. */
export class CallRate {
  readonly #perSecond: number
  readonly #clock: Clock
  /** When all that was let through so far would have been, one at a time. */
  #paidUntilMs = 0

  /** @param perSecond calls, above 0 */
  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
  }

  /** Waits until as many calls may be made; a batch that is larger than the rate waits for what it is. */
  async take(calls: number, signal?: AbortSignal): Promise<void> {
    const nowMs = this.#clock.monotonicMs()
    const oldestMs = nowMs - 1_000
    const fromMs = Math.max(this.#paidUntilMs, oldestMs)
    this.#paidUntilMs = fromMs + (calls * 1_000) / this.#perSecond
    const waitMs = this.#paidUntilMs - nowMs
    if (waitMs > 0) await sleep(this.#clock, waitMs, signal)
  }
}
