import { sleep } from '#runtime/clock.ts'
import { Fault, toError } from '#runtime/fault.ts'
import { isDiskFailure } from '#runtime/sqlite.ts'
import type { Context } from '#services/derivation/ports.ts'

/** Pause before failed work is repeated. */
const diskPauseMs = 1_000

/**
 * Runs work that writes the file of the safe-head history. Repeats the work while the disk is full, read-only or gone,
 * and shows the failure as the wait of derivation. Derivation does not continue meanwhile, because a safe head that is
 * not recorded would leave a gap.
 *
 * @throws Fault `closed` if derivation is stopped before the work succeeds
 */
export async function onHistoryDisk<Value>(
  { clock, log, signal, status }: Pick<Context, 'clock' | 'log' | 'signal' | 'status'>,
  work: () => Value,
): Promise<Value> {
  let problem: string | undefined
  for (;;) {
    try {
      const value = work()
      if (problem !== undefined) {
        log.info({}, 'the safe-head history accepts writes again')
        status.setWait(undefined)
      }
      return value
    } catch (error) {
      if (!isDiskFailure(error)) throw error
      const { cause, message } = toError(error)
      // Only the cause is compared: the message of the fault also has the free space, which differs at each failure.
      const reason = toError(cause ?? error).message
      if (problem !== reason) log.warn({ error }, 'the safe-head history cannot be written')
      problem = reason
      const next = `tries again every ${diskPauseMs / 1_000} s and continues without an operator; make room on the disk, or make the file and its folder writable`
      status.setWait({ what: 'the disk of the safe-head history', why: message, next })
    }
    if (!(await sleep(clock, diskPauseMs, signal)))
      throw new Fault('closed', { detail: 'stopped while the disk failed' })
  }
}
