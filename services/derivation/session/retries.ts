import type { ResetReason } from '#messages/reset.ts'
import { resendMs } from '#bus/bus-limits.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import { backoffMs } from '#runtime/backoff.ts'
import type { State, Stepped } from '#services/derivation/state.ts'
import type { Deriving, InFlight, Resetting, Retry, Starting } from './session.ts'

/** Delays before attributes or a reset request are sent again. */
const resendBackoff = { firstMs: resendMs, longestMs: 4_000 }

/** Delays before a failed read of the start, or of L2 blocks, is repeated. */
const retryBackoff = { firstMs: 250, longestMs: 2_000 }

/** Delays before consecutive resets. */
const resetBackoff = { firstMs: 250, longestMs: 30_000 }

/** No attempt has failed yet. */
export const noRetry: Retry = { tries: 0, notBeforeMs: 0, problem: undefined }

/** The retry after a failed attempt. The delay grows with each attempt. */
export function retryAfter(
  { tries }: Retry,
  { nowMs, problem }: { readonly nowMs: number; readonly problem: string },
): Retry {
  const pauseMs = backoffMs(retryBackoff, tries)
  return { tries: tries + 1, notBeforeMs: nowMs + pauseMs, problem }
}

/** Sends the attributes in flight again once their outcome is overdue. */
export function resend(state: State, session: Deriving, inFlight: InFlight): Stepped {
  const { nowMs } = state
  if (nowMs < inFlight.resendAtMs) return [state]
  const pauseMs = backoffMs(resendBackoff, inFlight.sends)
  const sent = { ...inFlight, sends: inFlight.sends + 1, resendAtMs: nowMs + pauseMs }
  const { request, digest } = inFlight
  return [
    { ...state, session: { ...session, inFlight: sent } },
    { kind: 'apply', session: session.id, request, digest, isRepeat: true },
  ]
}

/** Ends the session with a reset. The engine goes back to a given block, or else finds a safe head that matches L1. */
export function reset(
  state: State,
  session: Starting | Deriving,
  { reason, resumeAt }: { readonly reason: ResetReason; readonly resumeAt?: BlockId },
): Stepped {
  const { nowMs, resets, chain } = state
  const safe = chain?.localSafe.number ?? 0n
  const count = safe > resets.safe ? 0 : resets.count + 1
  const pauseMs = count < 2 ? 0 : backoffMs(resetBackoff, count)
  const { id, generation, sequence } = session
  const resetting: Resetting = {
    phase: 'resetting',
    id,
    generation,
    sequence,
    reason,
    l1: session.phase === 'deriving' ? session.pipeline.origin : undefined,
    resumeAt,
    retry: { ...noRetry, notBeforeMs: nowMs + pauseMs },
  }
  return [{ ...state, session: resetting, resets: { safe: maxOf(safe, resets.safe), count } }]
}

/** Asks the engine for a new generation if a request is due. The session ends when the new generation is published. */
export function requestReset(state: State, session: Resetting): Stepped {
  const { nowMs } = state
  const { id, generation, reason, resumeAt, retry } = session
  const { tries, notBeforeMs } = retry
  if (nowMs < notBeforeMs) return [state]
  const pauseMs = backoffMs(resendBackoff, tries)
  const requested = { ...retry, tries: tries + 1, notBeforeMs: nowMs + pauseMs }
  return [
    { ...state, session: { ...session, retry: requested } },
    { kind: 'reset', session: id, generation, reason, resumeAt, isRepeat: tries > 0 },
  ]
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
