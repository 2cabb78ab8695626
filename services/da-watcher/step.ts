import type { L1Heads } from '#messages/l1-heads.ts'
import type { SystemConfigUpdate } from '#messages/system-config-update.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { Address } from '#protocol/primitives.ts'
import type { Step } from '#service/actor.ts'
import type { FaultCode } from '#runtime/fault-codes.ts'

/** What da-watcher knows of L1, and what it is asking. */
export interface DaWatcherState {
  readonly heads: L1Heads | undefined
  /** When they moved last. */
  readonly movedAtMs: number
  /** Heads that were, newest last and each below the next: how deep a reorg goes. */
  readonly recent: readonly L1BlockRef[]
  readonly isReadingHeads: boolean
  /** A head was announced while the last were being read. */
  readonly areHeadsDue: boolean
  readonly signer: SystemConfigUpdate | undefined
  readonly isReadingSigner: boolean
}

/** What happened. */
export type DaWatcherEvent =
  | { readonly kind: 'tick' }
  | { readonly kind: 'head-announced' }
  | { readonly kind: 'heads-read'; readonly heads: L1Heads; readonly nowMs: number }
  | ({ readonly kind: 'heads-failed' } & Failure)
  | { readonly kind: 'signer-read'; readonly at: L1BlockRef; readonly signer: Address }
  | ({ readonly kind: 'signer-failed' } & Failure)

/** What is to be done. */
export type DaWatcherEffect =
  | { readonly kind: 'read-heads' }
  | { readonly kind: 'write-heads'; readonly heads: L1Heads }
  | { readonly kind: 'read-signer'; readonly at: L1BlockRef }
  | { readonly kind: 'write-system-config'; readonly update: SystemConfigUpdate }
  | {
      readonly kind: 'note-reorg'
      readonly from: L1BlockRef
      readonly to: L1BlockRef
      readonly depth: bigint
    }
  | ({ readonly kind: 'wait'; readonly for: WaitTopic } & Failure)
  | { readonly kind: 'go-on'; readonly with: WaitTopic }

/** Why something cannot be had. */
export interface Failure {
  /** Of the fault; who has none is another with each reason. */
  readonly code?: FaultCode
  readonly reason: string
  /** When it is tried again, if that is no matter of course. */
  readonly next?: string | undefined
}

/** What da-watcher may have to wait for. */
export type WaitTopic = 'heads' | 'signer' | 'block'

/** Heads that are remembered; a reorg that is deeper is told as this deep. */
export const maxRecentHeads = 128

/** When L1 makes no block for so long something is wrong with it, or with its nodes: ten slots. */
export const stillMs = 120_000

/** Nothing known yet. */
export const initialState: DaWatcherState = {
  heads: undefined,
  movedAtMs: 0,
  recent: [],
  isReadingHeads: false,
  areHeadsDue: false,
  signer: undefined,
  isReadingSigner: false,
}

type Result = ReturnType<Step<DaWatcherState, DaWatcherEvent, DaWatcherEffect>>

/** Decides what da-watcher does. */
export const step: Step<DaWatcherState, DaWatcherEvent, DaWatcherEffect> = (state, event) => {
  switch (event.kind) {
    case 'tick':
      return state.isReadingHeads ? [state] : readHeads(state)
    case 'head-announced':
      return state.isReadingHeads ? [{ ...state, areHeadsDue: true }] : readHeads(state)
    case 'heads-failed': {
      const wait = { ...event, kind: 'wait', for: 'heads' } as const
      return [{ ...state, isReadingHeads: false, areHeadsDue: false }, wait]
    }
    case 'heads-read':
      return takeHeads({ ...state, isReadingHeads: false }, event)
    case 'signer-failed': {
      const wait = { ...event, kind: 'wait', for: 'signer' } as const
      return [{ ...state, isReadingSigner: false }, wait]
    }
    case 'signer-read':
      return takeSigner({ ...state, isReadingSigner: false }, event)
  }
}

function readHeads(state: DaWatcherState): Result {
  return [{ ...state, isReadingHeads: true, areHeadsDue: false }, { kind: 'read-heads' }]
}

function takeHeads(
  state: DaWatcherState,
  { heads: told, nowMs }: { readonly heads: L1Heads; readonly nowMs: number },
): Result {
  const heads = withFinalized(told, state.heads)
  const effects: DaWatcherEffect[] = []
  let next = state
  if (isSame(state.heads, heads)) effects.push(standingStill(state, heads.head, nowMs))
  else {
    const reorg = reorgOf(state, heads.head)
    effects.push({ kind: 'go-on', with: 'heads' })
    if (reorg !== undefined) effects.push(reorg)
    effects.push({ kind: 'write-heads', heads })
    next = { ...next, heads, movedAtMs: nowMs, recent: remember(state.recent, heads.head) }
  }
  const isSignerDue = next.signer?.at.hash !== heads.head.hash && !next.isReadingSigner
  if (isSignerDue) {
    next = { ...next, isReadingSigner: true }
    effects.push({ kind: 'read-signer', at: heads.head })
  }
  if (!next.areHeadsDue) return [next, ...effects]
  const [reading, ...more] = readHeads(next)
  return [reading, ...effects, ...more]
}

/** An L1 that has no new block for long has stopped, or its nodes tell what is old. */
function standingStill(
  { movedAtMs }: DaWatcherState,
  { number }: L1BlockRef,
  nowMs: number,
): DaWatcherEffect {
  if (nowMs - movedAtMs < stillMs) return { kind: 'go-on', with: 'heads' }
  const reason = `no node has a block after ${number}, for more than ${stillMs / 1_000} s`
  const next =
    'see on another node of L1 whether L1 itself stands still; if not, give --l1-rpc-urls others'
  return { kind: 'wait', for: 'heads', reason, next }
}

/** What was final stays so, whatever an L1 node that lags says. */
function withFinalized(told: L1Heads, before: L1Heads | undefined): L1Heads {
  const known = before?.finalized
  const isLower = known !== undefined && (told.finalized?.number ?? -1n) < known.number
  return isLower ? { ...told, finalized: known } : told
}

function isSame(before: L1Heads | undefined, heads: L1Heads): boolean {
  return (
    before?.head.hash === heads.head.hash &&
    before.safe?.hash === heads.safe?.hash &&
    before.finalized?.hash === heads.finalized?.hash
  )
}

/** A head that is not above the last one, or not on it: blocks were replaced, or the chain became shorter. */
function reorgOf({ heads, recent }: DaWatcherState, to: L1BlockRef): DaWatcherEffect | undefined {
  const from = heads?.head
  if (from === undefined || from.hash === to.hash || to.number > from.number + 1n) return undefined
  if (to.number === from.number + 1n && to.parentHash === from.hash) return undefined
  const isKept = (ref: L1BlockRef) => ref.hash === to.hash || ref.hash === to.parentHash
  const kept = recent.findLast(isKept) ?? recent[0] ?? from
  return { kind: 'note-reorg', from, to, depth: from.number - kept.number }
}

function remember(recent: readonly L1BlockRef[], head: L1BlockRef): readonly L1BlockRef[] {
  const below = recent.filter(({ number }) => number < head.number)
  return [...below.slice(1 - maxRecentHeads), head]
}

function takeSigner(
  state: DaWatcherState,
  { at, signer }: { readonly at: L1BlockRef; readonly signer: Address },
): Result {
  const goOn = { kind: 'go-on', with: 'signer' } as const
  const known = state.signer
  const update: SystemConfigUpdate = { at, unsafeBlockSigner: signer }
  const next = { ...state, signer: update }
  // The same signer at a later block is no news.
  if (known?.unsafeBlockSigner === signer) return [next, goOn]
  return [next, goOn, { kind: 'write-system-config', update }]
}
