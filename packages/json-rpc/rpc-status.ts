import { fromDateText } from '#runtime/clock.ts'
import { type Fault, isFault } from '#runtime/fault.ts'

/** Whether a retry of the call would get the same answer. */
export function isFinalAnswer(error: unknown): boolean {
  return isFault(error, 'rpc-status') && error.fields.isFinal
}

/** Whether an endpoint limits the rate of calls. */
export function isRateLimit(fault: Fault): boolean {
  if (fault.code === 'rpc-limited') return true
  if (!isFault(fault, 'rpc-status')) return false
  const { status, meaning, retryAfterMs: askedMs } = fault.fields
  return status === 429 || meaning === 'rate-limit' || (status === 503 && askedMs !== undefined)
}

/** Pause that an endpoint asks for. */
export function retryAfterMs(fault: Fault | undefined): number | undefined {
  const isAsking = isFault(fault, 'rpc-status') || isFault(fault, 'rpc-limited')
  return isAsking ? fault.fields.retryAfterMs : undefined
}

/** Parses the header `Retry-After`, which has seconds or a date. Returns milliseconds from now. RFC 9110, 10.2.3 */
export function parseRetryAfter(header: unknown, nowMs: number): number | undefined {
  if (typeof header !== 'string' || header.trim() === '') return undefined
  const seconds = Number(header)
  if (seconds >= 0) return seconds * 1_000
  const atMs = fromDateText(header)
  return atMs === undefined ? undefined : Math.max(0, atMs - nowMs)
}
