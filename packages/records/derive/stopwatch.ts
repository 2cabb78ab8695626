/** Tells time that is worked from time that is waited, for each thing that is waited for. */
export class Stopwatch<Thing extends string> {
  readonly #pausedMs = new Map<Thing, number>()
  #activeMs = 0
  #sinceMs = 0

  /** Of work, up to the last stop. */
  get activeSeconds(): number {
    return this.#activeMs / 1_000
  }

  /** Of waiting for something. */
  pausedSeconds(thing: Thing): number {
    return (this.#pausedMs.get(thing) ?? 0) / 1_000
  }

  start(): void {
    this.#sinceMs = performance.now()
  }

  stop(): void {
    this.#activeMs += this.#lap()
  }

  /** Waits, and does not count that as work. */
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
