import { type Fault, isFault } from '#runtime/fault.ts'

/** Whether a retry of the call would get the same answer. */
export function isFinalAnswer(error: unknown): boolean {
  return isFault(error, 'rpc-status') && error.fields.isFinal
}

/** Whether an endpoint limits the rate of calls. */
export function isRateLimit(fault: Fault): boolean {
  return (
    fault.code === 'rpc-limited' || (isFault(fault, 'rpc-status') && fault.fields.status === 429)
  )
}

/** Pause that an endpoint asks for. */
export function retryAfterMs(fault: Fault | undefined): number | undefined {
  return isFault(fault, 'rpc-status') ? fault.fields.retryAfterMs : undefined
}
