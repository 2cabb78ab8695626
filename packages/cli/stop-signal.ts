import { onStopSignal } from '#runtime/on-stop-signal.ts'

/** That the process is asked to end. */
export interface StopSignal {
  readonly signal: AbortSignal
  /** Resolves when it is. */
  readonly stopped: Promise<undefined>
}

/** Waits for SIGINT, SIGTERM or SIGHUP; one that comes a second or more later ends the process at once. */
export function stopSignal(): StopSignal {
  const controller = new AbortController()
  const { signal } = controller
  onStopSignal(() => controller.abort())
  const stopped = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  return { signal, stopped }
}
