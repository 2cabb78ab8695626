import type { Logger } from 'pino'
import type { Clock } from '#runtime/clock.ts'
import { type Fault, isFault } from '#runtime/fault.ts'

/** Minimum time between two equal warnings about an endpoint. */
export const repeatWarningMs = 60_000

/**
 * Logs failures of endpoints. A wrong answer is logged as a warning, so that the operator notices it. Other failures
 * are logged at level debug. A warning is repeated only once a minute, since an endpoint with wrong answers is queried
 * up to twice a second if there is no better endpoint.
 */
export function endpointLog(
  log: Pick<Logger, 'debug' | 'warn'>,
  clock: Pick<Clock, 'monotonicMs'>,
): (fault: Fault) => void {
  const warnedMs = new Map<string, number>()
  return (fault) => {
    const what = warningOf(fault)
    const about = `${String(fault.fields['endpoint'])} ${fault.code}`
    const nowMs = clock.monotonicMs()
    if (what === undefined || nowMs - (warnedMs.get(about) ?? -repeatWarningMs) < repeatWarningMs)
      log.debug({ error: fault }, 'an L1 endpoint failed')
    else {
      warnedMs.set(about, nowMs)
      log.warn({ error: fault }, what)
    }
  }
}

function warningOf(fault: Fault): string | undefined {
  if (isFault(fault, 'l1-invalid')) return 'an L1 endpoint gave a wrong answer'
  if (isFault(fault, 'l1-wrong-chain')) return 'an L1 endpoint belongs to another chain'
  return undefined
}
