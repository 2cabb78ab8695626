/** Delays from this one on are counted together. */
const longestMs = 10_000

/** Delays in numbers. */
export interface DelayNumbers {
  readonly count: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly worstMs: number
}

/** Counts delays with a precision of 1 ms up to 10 s, in memory that does not grow. */
export class Delays {
  readonly #counts = new Uint32Array(longestMs + 1)
  #count = 0
  #worstMs = 0

  add(delayMs: number): void {
    const bucket = Math.min(Math.max(Math.round(delayMs), 0), longestMs)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#count++
    this.#worstMs = Math.max(this.#worstMs, delayMs)
  }

  /** All numbers are 0 if there was no delay. */
  get numbers(): DelayNumbers {
    const worstMs = Math.round(this.#worstMs)
    return { count: this.#count, p50Ms: this.#at(0.5), p99Ms: this.#at(0.99), worstMs }
  }

  /** The delay that a part of all delays does not exceed. */
  #at(part: number): number {
    let left = Math.ceil(this.#count * part)
    if (left === 0) return 0
    for (const [delayMs, count] of this.#counts.entries()) {
      left -= count
      if (left <= 0) return delayMs === longestMs ? Math.round(this.#worstMs) : delayMs
    }
    return longestMs
  }
}
