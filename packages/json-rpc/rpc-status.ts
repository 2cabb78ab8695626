import { type Fault, isFault } from '#runtime/fault.ts'

/** Whether an endpoint would answer the same call in the same way. */
export function isFinalAnswer(error: unknown): boolean {
  return isFault(error, 'rpc-status') && error.fields.isFinal
}

/** Whether an endpoint limits the rate of calls. */
export function isRateLimit(fault: Fault): boolean {
  return (
    fault.code === 'rpc-limited' || (isFault(fault, 'rpc-status') && fault.fields.status === 429)
  )
}

/** How long an endpoint asks to be left alone. */
export function retryAfterMs(fault: Fault | undefined): number | undefined {
  return isFault(fault, 'rpc-status') ? fault.fields.retryAfterMs : undefined
}
