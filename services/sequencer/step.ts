import { byGenerationAndVersion, type ChainState } from '#messages/chain-state.ts'
import { isLagging, sealAtMs, startAtMs } from '#protocol/sequencing/block-schedule.ts'
import type { Step } from '#service/actor.ts'
import {
  activityStored,
  controlled,
  leaderChecked,
  stopIfLate,
  stopped,
} from './control/start-stop.ts'
import type { Effect, Event, Moment, Outcome, Pause, Retry, State, Stepped } from './state.ts'
import { abandoned, rested } from './control/work.ts'

/** Pause before a retry that does not wait for the next block. Source: op-node, sequencing/sequencer.go */
export const retryPauseMs = 1_000

/** Handles one event, then begins the next work that is due. */
export const step: Step<State, Event, Effect> = (state, event) => {
  const [decided, ...effects] = decide(state, event)
  const [next, ...more] = goOn(decided, event)
  return [next, ...effects, ...more]
}

function decide(state: State, event: Event): Stepped {
  switch (event.kind) {
    case 'tick':
      return stopIfLate(state, event)
    case 'woke':
      return [{ ...state, wakeAtMs: undefined }]
    case 'chain-changed':
      return [chainChanged(state, event.chain, event)]
    case 'controlled':
      return controlled(state, event)
    case 'leader-checked':
      return leaderChecked(state, event)
    case 'activity-stored':
      return activityStored(state, event)
    case 'worked':
      return event.workId === state.workId ? worked(state, event) : [state]
  }
}

/** Takes a newer state of the chain. The work on a block ends if its parent is not the unsafe head any more. */
function chainChanged(state: State, chain: ChainState, moment: Moment): State {
  const { chain: before, work } = state
  if (before !== undefined && !byGenerationAndVersion(chain, before)) return state
  const isMoved =
    before?.generation !== chain.generation || before.unsafe.hash !== chain.unsafe.hash
  const next = { ...state, chain }
  if (work.kind === 'resetting') {
    if (chain.generation <= work.generation) return next
    return { ...abandoned(next), pause: pauseOf(state, 'block', moment) }
  }
  // A failure to insert, or a pause after a failure, ends with the head that it was about.
  return isMoved ? { ...abandonedBuild(next), pause: undefined } : next
}

/** Ends the work on a block that is not sealed yet. */
function abandonedBuild(state: State): State {
  const { kind } = state.work
  return kind === 'preparing' || kind === 'building' || kind === 'sealing'
    ? abandoned(state)
    : state
}

function worked(state: State, event: Extract<Event, { kind: 'worked' }>): Stepped {
  const { options } = state
  switch (event.outcome) {
    case 'started': {
      const { timestamp } = event.job.attributes
      const { sealingMs } = options
      const atMs = sealAtMs({ timestamp, nowMs: event.nowMs, sealingMs })
      return [{ ...state, work: { kind: 'building', job: event.job, sealAtMs: atMs } }]
    }
    case 'sealed': {
      const { payload } = event
      return [{ ...rested(state), sealed: { payload, isCommitted: false, isPublished: false } }]
    }
    case 'committed': {
      const { sealed } = state
      return [{ ...rested(state), sealed: sealed && { ...sealed, isCommitted: true } }]
    }
    case 'inserted':
      return inserted(state, event)
    case 'stale':
      return [{ ...rested(state), pause: pauseOf(state, 'soon', event) }]
    case 'failed':
      return failed(state, event)
    case 'reset-needed': {
      const generation = state.chain?.generation ?? 0n
      const workId = state.workId + 1
      return [
        troubled({ ...state, workId, work: { kind: 'resetting', generation } }, 'l1-origin', event),
        { kind: 'reset-engine', workId, generation },
        { kind: 'report-trouble', trouble: 'l1-origin', why: event.why },
      ]
    }
    case 'reset-asked':
      return [state]
  }
}

function inserted(
  state: State,
  { block, chain, nowMs }: Moment & Extract<Outcome, { outcome: 'inserted' }>,
): Stepped {
  const { chain: known, sealed } = state
  const isNewer =
    chain !== undefined && (known === undefined || byGenerationAndVersion(chain, known))
  // Without the newest state the next block is built on this one all the same; the engine refuses it if it is stale.
  const next = isNewer ? chain : known && { ...known, unsafe: block }
  const done: State = {
    ...rested(state),
    chain: next,
    sealed: undefined,
    pause: undefined,
    trouble: undefined,
  }
  return sealed === undefined
    ? [done]
    : [done, { kind: 'report-inserted', payload: sealed.payload, nowMs }]
}

function failed(state: State, event: Moment & Extract<Outcome, { outcome: 'failed' }>): Stepped {
  const { retry, trouble, why } = event
  const { sealed } = state
  const report: Effect = { kind: 'report-trouble', trouble, why }
  const next = troubled({ ...rested(state), pause: pauseOf(state, retry, event) }, trouble, event)
  if (trouble !== 'invalid-block' || sealed === undefined) return [next, report]
  return [
    { ...next, sealed: undefined },
    report,
    { kind: 'report-dropped', payload: sealed.payload, why },
  ]
}

function troubled(
  state: State,
  kind: NonNullable<State['trouble']>['kind'],
  { why, monotonicMs }: Moment & { readonly why: string },
): State {
  const sinceMs = state.trouble?.sinceMs ?? monotonicMs
  return { ...state, trouble: { kind, why, sinceMs } }
}

function pauseOf({ options }: State, retry: Retry, { nowMs }: Moment): Pause {
  const forMs = retry === 'soon' ? retryPauseMs : Number(options.blockTime) * 1_000
  return { untilMs: nowMs + forMs, forMs }
}

/** Begins the work that is due, or sets the timer of the next work. */
function goOn(before: State, moment: Moment): Stepped {
  const state = withoutLongPause(before, moment)
  const { chain, sealed, work } = state
  if (work.kind === 'building') {
    if (moment.nowMs < work.sealAtMs) return wake(state, work.sealAtMs)
    const { job } = work
    const next = { ...state, work: { kind: 'sealing', job } as const }
    return [next, { kind: 'seal', workId: state.workId, job }]
  }
  if (work.kind !== 'idle' || chain === undefined) return [state]
  if (sealed !== undefined) return settle(state, { ...moment, chain, sealed })
  if (state.stopping !== undefined) return stopped(state)
  return state.isActive ? prepareNext(state, { ...moment, chain }) : [state]
}

/** The clock may be set back during a pause. The pause is not longer than it was at its start. */
function withoutLongPause(state: State, { nowMs }: Moment): State {
  const { pause } = state
  if (pause === undefined || pause.untilMs - nowMs <= pause.forMs) return state
  return { ...state, pause: { ...pause, untilMs: nowMs + pause.forMs } }
}

/**
 * Commits and inserts a sealed block. A block that may be published is never replaced: the same block is committed and
 * inserted again until it is the unsafe head, or until it cannot become the unsafe head any more.
 */
function settle(
  state: State,
  {
    chain,
    nowMs,
    monotonicMs,
    sealed,
  }: Moment & {
    readonly chain: ChainState
    readonly sealed: NonNullable<State['sealed']>
  },
): Stepped {
  const { payload, isCommitted } = sealed
  const { blockHash, parentHash } = payload
  const isHead = blockHash === chain.unsafe.hash
  const isKept = parentHash === chain.unsafe.hash && (isCommitted || state.isActive)
  if (isHead || !isKept) {
    const [next, ...effects] = goOn({ ...state, sealed: undefined }, { nowMs, monotonicMs })
    if (isHead) return [next, ...effects]
    const why = `the unsafe head is ${chain.unsafe.number} (${chain.unsafe.hash})`
    return [next, { kind: 'report-dropped', payload, why }, ...effects]
  }
  const { pause } = state
  if (pause !== undefined && nowMs < pause.untilMs) return wake(state, pause.untilMs)
  const workId = state.workId + 1
  if (!isCommitted) {
    const { isLeaderOverridden } = state
    return [
      { ...state, workId, work: { kind: 'committing' } },
      { kind: 'commit', workId, payload, isLeaderOverridden },
    ]
  }
  const { generation } = chain
  const next: State = { ...state, workId, work: { kind: 'inserting' } }
  const insert: Effect = { kind: 'insert', workId, payload, generation }
  // Before a crash, the block may have been stored and not published. A stopped sequencer publishes nothing.
  if (sealed.isPublished || !state.isActive) return [next, insert]
  return [
    { ...next, sealed: { ...sealed, isPublished: true } },
    { kind: 'publish', payload },
    insert,
  ]
}

function prepareNext(
  state: State,
  { chain, nowMs }: Moment & { readonly chain: ChainState },
): Stepped {
  const { isRecovering, options, pause } = state
  if (!canBuild(state, chain)) return [state]
  const { generation, unsafe: parent } = chain
  const { blockTime } = options
  const scheduled = startAtMs({ parentTimestamp: parent.timestamp, blockTime, nowMs })
  const atMs = Math.max(scheduled, pause?.untilMs ?? 0)
  if (nowMs < atMs) return wake(state, atMs)
  const workId = state.workId + 1
  const isRebuild = state.trouble?.kind === 'bad-payload'
  return [
    { ...state, workId, work: { kind: 'preparing', place: { parent, generation } } },
    { kind: 'prepare', workId, parent, generation, isRecovering, isRebuild },
  ]
}

/** Whether the engine and the safe head let the sequencer build. */
export function canBuild({ options }: State, { safe, sync, unsafe }: ChainState): boolean {
  const { maxSafeLag } = options
  return (
    sync !== 'el-syncing' && !isLagging({ unsafe: unsafe.number, safe: safe.number, maxSafeLag })
  )
}

function wake(state: State, atMs: number): Stepped {
  if (state.wakeAtMs === atMs) return [state]
  return [
    { ...state, wakeAtMs: atMs },
    { kind: 'wake', atMs },
  ]
}
