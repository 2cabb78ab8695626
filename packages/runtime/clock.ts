/** Time, as an argument: a test or a simulation brings its own. */
export interface Clock {
  /** Unix milliseconds. For what a person or another machine reads. */
  now(): number
  /** Milliseconds since some moment; never steps back. For deadlines and ages. */
  monotonicMs(): number
  /** Calls back once, after `delayMs`; what it returns takes that back. */
  after(delayMs: number, run: () => void): () => void
}

/** The time of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

/** A moment as people write it, such as `2026-01-31T12:00:00.000Z`. */
export function toIsoTime(unixMs: number): string {
  return new Date(unixMs).toISOString()
}

/**
 * Waits, at most until `signal` is aborted.
 *
 * @returns whether the whole time passed
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve(false)
      return
    }
    const stop = () => {
      cancel()
      resolve(false)
    }
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', stop)
      resolve(true)
    })
    signal?.addEventListener('abort', stop, { once: true })
  })
}

/** Calls `run` each `periodMs` until the returned function is called; the first time after one period. */
export function every(clock: Clock, periodMs: number, run: () => void): () => void {
  let cancel = clock.after(periodMs, tick)
  function tick(): void {
    cancel = clock.after(periodMs, tick)
    run()
  }
  return () => cancel()
}
