import { onStopSignal } from '#runtime/on-stop-signal.ts'

/**
 * The signal that is aborted when the process is asked to stop, by SIGINT, SIGTERM or SIGHUP. To be called when all code
 * is loaded, which nothing interrupts: until then a signal ends the process itself.
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

/** The result of work that `signal` cancels; undefined if it was cancelled. */
export async function unlessStopped<Result>(
  work: Promise<Result>,
  signal: AbortSignal,
): Promise<Result | undefined> {
  try {
    return await work
  } catch (error) {
    // What fails after a stop fails because of it.
    if (!signal.aborted) throw error
    return undefined
  }
}
