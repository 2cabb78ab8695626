import { Fault } from './fault.ts'

/**
 * Waits for work that cannot be cancelled, but only until `signal` is aborted. The work itself continues.
 *
 * @throws Fault `aborted` when the signal is aborted
 */
export async function unlessAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (signal === undefined) return work
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(new Fault('aborted', { detail: 'stopped' }))
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([aborted.promise, work])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
