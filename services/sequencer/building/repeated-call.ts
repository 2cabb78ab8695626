import type { Call } from '#messages/subject.ts'
import { isFault } from '#runtime/fault.ts'
import type { Context } from '#services/sequencer/ports.ts'

/** Timeout of the first attempt. Each further attempt has twice the timeout of the attempt before. */
const firstAttemptMs = 500

/**
 * Makes an idempotent call, and repeats it if no answer arrives, since the request or the answer may be lost.
 *
 * @throws Fault of the call; `timeout` after the deadline
 */
export async function repeatedCall<Request, Response>(
  { bus, clock }: Pick<Context, 'bus' | 'clock'>,
  call: Call<Request, Response>,
  { request, deadlineMs }: { readonly request: Request; readonly deadlineMs: number },
): Promise<Response> {
  const endMs = clock.monotonicMs() + deadlineMs
  for (let attemptMs = firstAttemptMs; ; attemptMs *= 2) {
    const leftMs = endMs - clock.monotonicMs()
    try {
      return await bus.call(call, request, { deadlineMs: Math.min(attemptMs, leftMs) })
    } catch (error) {
      const mayRepeat = isFault(error, 'timeout') || isFault(error, 'busy')
      if (!mayRepeat || clock.monotonicMs() >= endMs) throw error
    }
  }
}
