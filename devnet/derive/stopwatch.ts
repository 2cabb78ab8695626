/** Tells time that is worked from time that is waited. */
export class Stopwatch {
  #activeMs = 0
  #pausedMs = 0
  #sinceMs = 0

  /** Of work, until `stop` or now. */
  get activeSeconds(): number {
    return this.#activeMs / 1_000
  }

  /** Of waiting. */
  get pausedSeconds(): number {
    return this.#pausedMs / 1_000
  }

  start(): void {
    this.#sinceMs = performance.now()
  }

  stop(): void {
    this.#activeMs += this.#lap()
  }

  /** Waits, and does not count that as work. */
  async pausedFor<Value>(awaited: Promise<Value>): Promise<Value> {
    this.stop()
    try {
      return await awaited
    } finally {
      this.#pausedMs += this.#lap()
    }
  }

  #lap(): number {
    const nowMs = performance.now()
    const lapMs = nowMs - this.#sinceMs
    this.#sinceMs = nowMs
    return lapMs
  }
}
