import type { ControlSequencerResponse } from '#messages/control-sequencer.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { CallId } from '#service/sources.ts'
import type { Effect, Event, Job, Moment, State, Stepped } from '#services/sequencer/state.ts'
import { abandoned } from './work.ts'

/** Limit on the time for which a call to stop waits until the last sealed block is the unsafe head. */
export const stopLimitMs = 30_000

/** Limit on the calls to stop that wait. */
export const maxStopCalls = 16

/**
 * How long a call to start waits for the unsafe head that it names. op-conductor posts the last block to a new leader,
 * and starts the leader at once, before the block can be inserted.
 */
export const startWaitMs = 1_000

// op-conductor compares some of these texts. Source: op-node, rollup/sequencing/sequencer.go
const alreadyRunning = 'sequencer already running'
const notRunning = 'sequencer not running'
const notLeader = 'sequencer is not the leader, aborting'

/** Carries out a call of an operator or op-conductor. */
export function controlled(state: State, event: Extract<Event, { kind: 'controlled' }>): Stepped {
  const { call, request } = event
  switch (request.kind) {
    case 'fetch':
      return [state, answer(state, call)]
    case 'start':
      return needsLeader(state)
        ? [state, { kind: 'check-leader', call, request }]
        : startChecked(state, { ...event, head: request.head })
    case 'stop':
      return stopCalled(state, event)
    case 'override-leader': {
      const next = { ...state, isLeaderOverridden: true }
      return [next, answer(next, call)]
    }
    case 'set-recover-mode': {
      const next = { ...state, isRecovering: request.isOn }
      return [next, answer(next, call)]
    }
  }
}

/**
 * Handles the answer of op-conductor on whether this node is the leader. A start needs the leader. A stop takes effect
 * at once if this node is not the leader.
 */
export function leaderChecked(
  state: State,
  event: Extract<Event, { kind: 'leader-checked' }>,
): Stepped {
  const { call, isLeader, problem, request } = event
  if (request.kind === 'start') {
    if (problem !== undefined)
      return [state, refuse(state, call, `sequencer leader check failed: ${problem}`)]
    return isLeader
      ? startChecked(state, { ...event, head: request.head })
      : [state, refuse(state, call, notLeader)]
  }
  // Another node may be the leader now, and make other blocks. So the stop need not wait for the block of this node.
  if (state.stopping?.calls.includes(call) !== true || isLeader) return [state]
  return stopped({ ...abandoned(state), sealed: undefined })
}

function startChecked(
  state: State,
  {
    call,
    head,
    monotonicMs,
  }: Pick<Moment, 'monotonicMs'> & {
    readonly call: CallId<ControlSequencerResponse>
    readonly head: Hash | undefined
  },
): Stepped {
  const { chain, options } = state
  if (state.isActive) return [state, refuse(state, call, alreadyRunning)]
  if (head === undefined && options.hasConductor)
    return [state, refuse(state, call, 'the hash of the unsafe head is required')]
  if (chain === undefined) {
    const why = `no prestate, cannot determine if sequencer start at ${head ?? 'any head'} is safe`
    return [state, refuse(state, call, why)]
  }
  if (head === undefined || head === chain.unsafe.hash) return started(state, call)
  const [next, ...refusals] = withoutStart(state)
  return [{ ...next, starting: { call, head, sinceMs: monotonicMs } }, ...refusals]
}

/**
 * Carries out a waiting call to start once the unsafe head is the head that the call names. Refuses the call after
 * `startWaitMs`.
 */
export function startIfDue(state: State, { monotonicMs }: Moment): Stepped {
  const { chain, starting } = state
  if (starting === undefined) return [state]
  if (chain?.unsafe.hash === starting.head)
    return started({ ...state, starting: undefined }, starting.call)
  return monotonicMs - starting.sinceMs < startWaitMs ? [state] : withoutStart(state)
}

/** Refuses the call to start that waits, if there is such a call. */
function withoutStart(state: State): Stepped {
  const { chain, starting } = state
  if (starting === undefined) return [state]
  const next = { ...state, starting: undefined }
  const { hash, number } = chain?.unsafe ?? {}
  const why = `block hash does not match: head ${hash}:${number}, received ${starting.head}`
  return [next, refuse(next, starting.call, why)]
}

function started(state: State, call: CallId<ControlSequencerResponse>): Stepped {
  const { options, sealed } = state
  if (state.isActive) return [state, refuse(state, call, alreadyRunning)]
  // The log of op-conductor ends with the unsafe head, so a block that this node sealed on top of it was not committed.
  const isLogged = options.hasConductor && !state.isLeaderOverridden
  const next: State = {
    ...state,
    isActive: true,
    isSignerChecked: false,
    pause: undefined,
    trouble: undefined,
    sealed: isLogged ? undefined : sealed,
    made: isLogged ? state.made.filter(({ isCommitted }) => isCommitted) : state.made,
  }
  return [
    next,
    { kind: 'report-activity', isActive: true },
    { kind: 'store-activity', isStarted: true, calls: [call] },
  ]
}

function stopCalled(
  before: State,
  { call, monotonicMs, request }: Extract<Event, { kind: 'controlled' }>,
): Stepped {
  const [state, ...refusals] = withoutStart(before)
  const { stopping, work } = state
  if (!state.isActive) return [state, ...refusals, refuse(state, call, notRunning)]
  if (stopping !== undefined) {
    // The repeat of a call gets the same outcome. op-conductor would treat a refusal as a success.
    const calls = [...stopping.calls, call].slice(-maxStopCalls)
    const dropped = stopping.calls.length < maxStopCalls ? [] : stopping.calls.slice(0, 1)
    const answers = dropped.map((each) => refuse(state, each, 'too many calls to stop'))
    return [{ ...state, stopping: { ...stopping, calls } }, ...answers]
  }
  const isSettling = work.kind === 'committing' || work.kind === 'inserting'
  const isOutstanding = isSettling || state.sealed?.isCommitted === true
  // A block that is not sealed yet is dropped. A sealed block may be committed and published already, so it has to
  // become the head.
  const next: State = {
    ...(isOutstanding ? state : abandoned(state)),
    stopping: { calls: [call], sinceMs: monotonicMs },
  }
  if (!isOutstanding) {
    const [ended, ...effects] = stopped({ ...next, sealed: undefined })
    return work.kind === 'building'
      ? [ended, ...endFlashblocks(state, work.job), ...effects]
      : [ended, ...effects]
  }
  return needsLeader(state) ? [next, { kind: 'check-leader', call, request }] : [next]
}

/** A stopped sequencer may not lead any more, so nothing more of a block that is being built becomes public. */
export function endFlashblocks({ options }: State, job: Job): readonly Effect[] {
  return options.flashblocks === undefined ? [] : [{ kind: 'end-flashblocks', job }]
}

/** Ends a call to stop that waits for too long. The sequencer stays active. */
export function stopIfLate(state: State, { monotonicMs }: Moment): Stepped {
  const { sealed, stopping } = state
  if (stopping === undefined || monotonicMs - stopping.sinceMs < stopLimitMs) return [state]
  const next = { ...state, stopping: undefined }
  const number = sealed?.payload.number ?? 'that was sealed'
  const why = `sequencer not stopped: block ${number} did not become the unsafe head within ${stopLimitMs / 1_000} s`
  return [next, ...stopping.calls.map((call) => refuse(next, call, why))]
}

/** Ends the activity, when no block is outstanding any more. */
export function stopped(state: State): Stepped {
  const { stopping } = state
  if (stopping === undefined) return [state]
  const next: State = {
    ...state,
    isActive: false,
    stopping: undefined,
    pause: undefined,
    trouble: undefined,
  }
  return [
    next,
    { kind: 'report-activity', isActive: false },
    { kind: 'store-activity', isStarted: false, calls: stopping.calls },
  ]
}

/**
 * Answers a call to start or stop. If the activity could not be stored, the activity stays as it was before the call.
 */
export function activityStored(
  state: State,
  { calls, isStarted, problem }: Extract<Event, { kind: 'activity-stored' }>,
): Stepped {
  if (problem === undefined) return [state, ...calls.map((call) => answer(state, call))]
  const word = isStarted ? 'start' : 'stop'
  const next = { ...(isStarted ? abandoned(state) : state), isActive: !isStarted }
  return [
    next,
    { kind: 'report-activity', isActive: !isStarted },
    ...calls.map((call) =>
      refuse(next, call, `failed to notify sequencer-state listener of ${word}: ${problem}`),
    ),
  ]
}

function needsLeader({ isLeaderOverridden, options }: State): boolean {
  return options.hasConductor && !isLeaderOverridden
}

function answer(state: State, call: CallId<ControlSequencerResponse>): Effect {
  return { kind: 'answer', call, response: responseOf(state, undefined) }
}

function refuse(state: State, call: CallId<ControlSequencerResponse>, refusal: string): Effect {
  return { kind: 'answer', call, response: responseOf(state, refusal) }
}

function responseOf(
  { chain, isActive, isRecovering, options }: State,
  refusal: string | undefined,
): ControlSequencerResponse {
  const { hasConductor } = options
  return { refusal, isActive, hasConductor, isRecovering, head: chain?.unsafe.hash }
}
