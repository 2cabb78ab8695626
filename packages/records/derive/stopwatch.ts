/** Measures working time, and waiting time by reason. */
export class Stopwatch<Thing extends string> {
  readonly #pausedMs = new Map<Thing, number>()
  #activeMs = 0
  #sinceMs = 0

  /** Seconds of work up to the last stop. */
  get activeSeconds(): number {
    return this.#activeMs / 1_000
  }

  /** Seconds of waiting, by reason. */
  pausedSeconds(thing: Thing): number {
    return (this.#pausedMs.get(thing) ?? 0) / 1_000
  }

  start(): void {
    this.#sinceMs = performance.now()
  }

  stop(): void {
    this.#activeMs += this.#lap()
  }

  /** Waits for a promise, without counting it as work. */
  async pausedFor<Value>(thing: Thing, awaited: Promise<Value>): Promise<Value> {
    this.stop()
    try {
      return await awaited
    } finally {
      this.#pausedMs.set(thing, (this.#pausedMs.get(thing) ?? 0) + this.#lap())
    }
  }

  #lap(): number {
    const nowMs = performance.now()
    const lapMs = nowMs - this.#sinceMs
    this.#sinceMs = nowMs
    return lapMs
  }
}
