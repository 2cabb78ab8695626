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
} from './derivation-state.ts'

/** A call of which nothing is heard is repeated, after twice the time each time, up to this. */
const longestResendMs = 4_000

/** An answer that was no help is asked for again after this, and twice this, … */
const firstPauseMs = 250
const longestPauseMs = 2_000

/** Resets that lead nowhere are this far apart, at last: what goes wrong each time is not hurried. */
const longestResetPauseMs = 30_000

/** Nothing failed yet. */
export const noRetry: Retry = { tries: 0, notBeforeMs: 0, problem: undefined }

/** It was no success: the next try comes later than this one did. */
export function again(
  { tries }: Retry,
  { nowMs, problem }: { readonly nowMs: number; readonly problem: string },
): Retry {
  const pauseMs = Math.min(firstPauseMs * 2 ** tries, longestPauseMs)
  return { tries: tries + 1, notBeforeMs: nowMs + pauseMs, problem }
}

/** Sends attributes again of which nothing was heard. */
export function resend(state: DerivationState, session: Deriving, inFlight: InFlight): Advanced {
  const { nowMs } = state
  if (nowMs < inFlight.resendAtMs) return [state]
  const pauseMs = Math.min(resendMs * 2 ** inFlight.sends, longestResendMs)
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
  { reason, resumeAt }: { readonly reason: string; readonly resumeAt?: BlockId },
): Advanced {
  const { nowMs, resets, chain } = state
  const safe = chain?.localSafe.number ?? 0n
  const count = safe > resets.safe ? 0 : resets.count + 1
  const pauseMs = count < 2 ? 0 : Math.min(firstPauseMs * 2 ** count, longestResetPauseMs)
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
  const { generation, reason, resumeAt, retry } = session
  const { tries, notBeforeMs } = retry
  if (nowMs < notBeforeMs) return [state]
  const pauseMs = Math.min(resendMs * 2 ** tries, longestResendMs)
  const asked = { ...retry, tries: tries + 1, notBeforeMs: nowMs + pauseMs }
  return [
    { ...state, session: { ...session, retry: asked } },
    { kind: 'reset', generation, reason, resumeAt, isRepeat: tries > 0 },
  ]
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
