/** Time as a dependency, so that tests and simulations can control it. */
export interface Clock {
  /** Unix milliseconds, for values that people or other machines read. */
  now(): number
  /** Milliseconds since an arbitrary moment, never decreasing; for deadlines and ages. */
  monotonicMs(): number
  /** Calls back once after `delayMs`. The returned function cancels the call. */
  after(delayMs: number, run: () => void): () => void
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, Math.max(delayMs, 0))
    return () => clearTimeout(timer)
  },
}

/** Formats Unix milliseconds, such as `2026-01-31T12:00:00.000Z`. */
export function toIsoTime(unixMs: number): string {
  return new Date(unixMs).toISOString()
}

/** Formats an ISO time as local time without the year, such as `01-31|12:00:00.000`, as op-node does in its log. */
export function toLogTime(iso: string): string {
  const time = new Date(iso)
  const two = (part: number) => String(part).padStart(2, '0')
  const day = `${two(time.getMonth() + 1)}-${two(time.getDate())}`
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')
  return `${day}|${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`
}

/**
 * Unix milliseconds of a date in text, such as `Sat, 31 Jan 2026 12:00:00 GMT`; undefined if the text is not a date.
 */
export function fromDateText(text: string): number | undefined {
  const unixMs = Date.parse(text)
  return Number.isNaN(unixMs) ? undefined : unixMs
}

/**
 * Waits for a time, or until `signal` is aborted.
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

/** Calls `run` every `periodMs`, first after one period, until the returned function is called. */
export function every(clock: Clock, periodMs: number, run: () => void): () => void {
  let cancel = clock.after(periodMs, tick)
  function tick(): void {
    cancel = clock.after(periodMs, tick)
    run()
  }
  return () => cancel()
}
