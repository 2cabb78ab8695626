import type { Fault } from '#runtime/fault.ts'
import type { FaultCode } from '#runtime/fault-codes.ts'
import { backoffMs } from '#runtime/backoff.ts'

/** The failures of one kind of job since a job of this kind last succeeded. */
export interface Failure {
  readonly code: FaultCode
  readonly severity: Fault['severity']
  readonly detail: string
  /** Times of the first and of the last consecutive failure, in monotonic milliseconds. */
  readonly sinceMs: number
  readonly lastMs: number
  /** Number of consecutive failures. */
  readonly times: number
  /** Number of consecutive failures since the last failure with another code. */
  readonly timesAlike: number
}

/** Pauses after consecutive failures. */
export const failureBackoff = { firstMs: 100, longestMs: 10_000 }

/** Pause after each failure that needs an operator. Even the first pause is of maximum length. */
export const stuckPauseMs = failureBackoff.longestMs

/** After this number of consecutive failures with one code, a failure that is not temporary needs an operator. */
const timesUntilStuck = 3

/**
 * Longest time between two consecutive failures. After a longer time the count begins again, because the engine had
 * stopped retrying the job that failed.
 */
const longestGapMs = 300_000

/** Counts a failure. */
export function failureAfter(
  last: Failure | undefined,
  { fault, atMs }: { readonly fault: Fault; readonly atMs: number },
): Failure {
  const { code, message, severity } = fault
  const before = last !== undefined && atMs - last.lastMs <= longestGapMs ? last : undefined
  return {
    code,
    severity,
    detail: message,
    sinceMs: before?.sinceMs ?? atMs,
    lastMs: atMs,
    times: (before?.times ?? 0) + 1,
    timesAlike: before?.code === code ? before.timesAlike + 1 : 1,
  }
}

/** Whether only an operator can help. */
export function isStuck({ severity, timesAlike }: Failure): boolean {
  return severity !== 'temporary' && timesAlike >= timesUntilStuck
}

/** Time until the job is retried. */
export function retryPauseMs(failure: Failure): number {
  if (isStuck(failure)) return stuckPauseMs
  return backoffMs(failureBackoff, failure.times - 1)
}
