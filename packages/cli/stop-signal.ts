/** That the process is asked to end. */
export interface StopSignal {
  readonly signal: AbortSignal
  /** Resolves when it is. */
  readonly stopped: Promise<undefined>
}

/** Waits for SIGINT, SIGTERM or SIGHUP; a second one ends the process at once. */
export function stopSignal(): StopSignal {
  const controller = new AbortController()
  const { signal } = controller
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(name, () => controller.abort())
  const stopped = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  return { signal, stopped }
}
