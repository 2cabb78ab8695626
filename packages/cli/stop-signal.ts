import { onStopSignal } from '#runtime/on-stop-signal.ts'

/** A request to stop the process. */
export interface StopSignal {
  readonly signal: AbortSignal
  /** Resolves when the process is asked to stop. */
  readonly stopped: Promise<undefined>
}

/** Waits for SIGINT, SIGTERM or SIGHUP. A second signal, at least a second later, ends the process at once. */
export function stopSignal(): StopSignal {
  const controller = new AbortController()
  const { signal } = controller
  onStopSignal(() => controller.abort())
  const stopped = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  return { signal, stopped }
}
