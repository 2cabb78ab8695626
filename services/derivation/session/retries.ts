import type { ResetReason } from '#messages/reset.ts'
import { resendMs } from '#bus/bus-limits.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import type {
  Advanced,
  DerivationState,
  Deriving,
  InFlight,
  Resetting,
  Retry,
  Starting,
} from '#services/derivation/state.ts'
import { backoffMs } from '#runtime/backoff.ts'

/** Of a call without an answer. */
const resendBackoff = { firstMs: resendMs, longestMs: 4_000 }

/** Of a call whose answer was of no use. */
const retryBackoff = { firstMs: 250, longestMs: 2_000 }

/** Of resets in a row without a new safe block between them. */
const resetBackoff = { firstMs: 250, longestMs: 30_000 }

/** Nothing failed yet. */
export const noRetry: Retry = { tries: 0, notBeforeMs: 0, problem: undefined }

/** It was no success: the next try comes later than this one did. */
export function again(
  { tries }: Retry,
  { nowMs, problem }: { readonly nowMs: number; readonly problem: string },
): Retry {
  const pauseMs = backoffMs(retryBackoff, tries)
  return { tries: tries + 1, notBeforeMs: nowMs + pauseMs, problem }
}

/** Sends attributes again of which nothing was heard. */
export function resend(state: DerivationState, session: Deriving, inFlight: InFlight): Advanced {
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

/** Gives the session up: the engine is to find out where the head and L1 go together, or to go back to a block. */
export function reset(
  state: DerivationState,
  session: Starting | Deriving,
  { reason, resumeAt }: { readonly reason: ResetReason; readonly resumeAt?: BlockId },
): Advanced {
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

/** Asks until there is a new generation: one that has come already answers at once. */
export function askForReset(state: DerivationState, session: Resetting): Advanced {
  const { nowMs } = state
  const { id, generation, reason, resumeAt, retry } = session
  const { tries, notBeforeMs } = retry
  if (nowMs < notBeforeMs) return [state]
  const pauseMs = backoffMs(resendBackoff, tries)
  const asked = { ...retry, tries: tries + 1, notBeforeMs: nowMs + pauseMs }
  return [
    { ...state, session: { ...session, retry: asked } },
    { kind: 'reset', session: id, generation, reason, resumeAt, isRepeat: tries > 0 },
  ]
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
