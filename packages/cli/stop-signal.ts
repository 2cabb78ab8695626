import { onStopSignal } from '#runtime/on-stop-signal.ts'

/**
 * Returns a signal that is aborted when SIGINT, SIGTERM or SIGHUP asks the process to stop. Call it after all code is
 * loaded, since loading cannot be cancelled: before the call, SIGINT, SIGTERM and SIGHUP end the process immediately.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  onStopSignal(() => controller.abort())
  return controller.signal
}

/** Resolves when the signal is aborted. */
export function untilAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}

/** Waits for work that `signal` cancels. Returns the result of the work; undefined if the work was cancelled. */
export async function unlessStopped<Result>(
  work: Promise<Result>,
  signal: AbortSignal,
): Promise<Result | undefined> {
  try {
    return await work
  } catch (error) {
    // A failure after the stop is a consequence of the stop.
    if (!signal.aborted) throw error
    return undefined
  }
}
