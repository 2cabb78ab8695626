import type { Clock } from '#runtime/clock.ts'

interface Timer {
  readonly atMs: number
  /** Timers for the same moment run in the order in which they were set. */
  readonly order: number
  run: (() => void) | undefined
}

/** A clock that advances only when no work is left at the current time. */
export class VirtualClock implements Clock {
  readonly #startMs: number
  /** A binary heap with the earliest timer first. */
  readonly #timers: Timer[] = []
  #nowMs = 0
  #set = 0

  /** @param startMs Unix milliseconds */
  constructor(startMs: number) {
    this.#startMs = startMs
  }

  now(): number {
    return Math.floor(this.#startMs + this.#nowMs)
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, run: () => void): () => void {
    const timer: Timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#set++, run }
    this.#push(timer)
    return () => {
      timer.run = undefined
    }
  }

  /**
   * Advances time until `isDone` returns true or `forMs` have passed. No real time passes.
   *
   * @returns whether `isDone` returned true
   */
  async run(forMs: number, isDone: () => boolean): Promise<boolean> {
    const endMs = this.#nowMs + forMs
    for (;;) {
      await allMicrotasks()
      if (isDone()) return true
      const timer = this.#pop()
      if (timer === undefined || timer.atMs > endMs) {
        if (timer !== undefined) this.#push(timer)
        this.#nowMs = endMs
        return false
      }
      this.#nowMs = timer.atMs
      timer.run?.()
    }
  }

  #push(timer: Timer): void {
    const heap = this.#timers
    let at = heap.length
    heap.push(timer)
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || !isEarlier(timer, parent)) break
      heap[at] = parent
      at = above
    }
    heap[at] = timer
  }

  /** The earliest timer that was not cancelled. */
  #pop(): Timer | undefined {
    for (;;) {
      const first = this.#popAny()
      if (first === undefined || first.run !== undefined) return first
    }
  }

  #popAny(): Timer | undefined {
    const heap = this.#timers
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      let child = heap[below]
      if (child === undefined) break
      const other = heap[below + 1]
      if (other !== undefined && isEarlier(other, child)) {
        child = other
        below++
      }
      if (!isEarlier(child, last)) break
      heap[at] = child
      at = below
    }
    heap[at] = last
    return first
  }
}

function isEarlier(a: Timer, b: Timer): boolean {
  return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs
}

/** Resolves when no promise callback is pending: only then does the event loop go to its next turn. */
function allMicrotasks(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
