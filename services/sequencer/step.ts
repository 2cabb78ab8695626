import { byGenerationAndVersion, type ChainState } from '#messages/chain-state.ts'
import { isLagging, sealAtMs, startAtMs } from '#protocol/sequencing/block-schedule.ts'
import type { Step } from '#service/actor.ts'
import {
  activityStored,
  controlled,
  endFlashblocks,
  leaderChecked,
  startIfDue,
  stopIfLate,
  stopped,
} from './control/start-stop.ts'
import {
  type Effect,
  type Event,
  type Moment,
  noAttempts,
  type Outcome,
  type Pause,
  type Retry,
  type State,
  type Stepped,
} from './state.ts'
import { madeOn, withMade, withoutMade } from './building/made-blocks.ts'
import { abandoned, rested } from './control/work.ts'

/** Pause before a retry that does not wait for the next block. Source: op-node, sequencing/sequencer.go */
export const retryPauseMs = 1_000

/**
 * How long the sequencer waits for blocks that it published to come back from peers, before it builds on a lower head.
 */
export const fillWaitMs = 30_000

/** Handles one event, then begins the next work that is due. */
export const step: Step<State, Event, Effect> = (state, event) => {
  const [decided, ...effects] = decide(state, event)
  const [begun, ...answers] = startIfDue(decided, event)
  const isStarted = begun.isActive && !state.isActive
  const current = isStarted ? { ...begun, startedMs: event.nowMs, isUncommitted: false } : begun
  const [next, ...more] = goOn(withHighest(current, event), event)
  return [next, ...effects, ...answers, ...more]
}

function decide(state: State, event: Event): Stepped {
  switch (event.kind) {
    case 'tick':
      return stopIfLate(state, event)
    case 'woke':
      return [{ ...state, wakeAtMs: undefined }]
    case 'chain-changed':
      return chainChanged(state, event.chain, event)
    case 'controlled':
      return controlled(state, event)
    case 'leader-checked':
      return leaderChecked(state, event)
    case 'activity-stored':
      return activityStored(state, event)
    case 'worked':
      if (event.workId === state.workId) return worked(state, event)
      // The call to stop came while the build was being started.
      return event.outcome === 'started' && !state.isActive
        ? [state, ...endFlashblocks(state, event.job)]
        : [state]
  }
}

/** Notes the highest unsafe head. Derivation may replace the highest unsafe head by a lower head. */
function withHighest(state: State, { monotonicMs }: Moment): State {
  const { chain, highest, isActive } = state
  if (chain === undefined || !isActive) return { ...state, highest: undefined }
  const { outcome, unsafe } = chain
  const isDerived = outcome !== 'started' && outcome !== 'consolidated'
  if (highest === undefined || isDerived || unsafe.number >= highest.block.number)
    return { ...state, highest: { block: unsafe, belowSinceMs: undefined } }
  return { ...state, highest: { ...highest, belowSinceMs: highest.belowSinceMs ?? monotonicMs } }
}

/** Adopts a newer state of the chain. The work on a block ends if its parent is not the unsafe head any more. */
function chainChanged(state: State, chain: ChainState, moment: Moment): Stepped {
  const { chain: before, sealed, work } = state
  if (before !== undefined && !byGenerationAndVersion(chain, before)) return [state]
  const isMoved =
    before?.generation !== chain.generation || before.unsafe.hash !== chain.unsafe.hash
  const next = { ...state, chain }
  if (work.kind === 'resetting') {
    if (chain.generation <= work.generation) return [next]
    return [{ ...abandoned(next), pause: pauseOf(state, 'block', moment) }]
  }
  // The answer to the insertion may be lost.
  if (work.kind === 'inserting' && sealed?.payload.blockHash === chain.unsafe.hash)
    return settled(abandoned(next), moment)
  if (!isMoved) return [next]
  // When the head changes, the pause after a failure on the old head ends, and so do the builds on the old head.
  const trouble = state.trouble?.kind === 'stale' ? undefined : state.trouble
  const attempts = before?.unsafe.hash === chain.unsafe.hash ? state.attempts : noAttempts
  return [{ ...abandonedBuild(next), attempts, trouble, pause: undefined }]
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
    case 'made-before':
      return [{ ...rested(state), sealed: { ...event.sealed, isPublished: false } }]
    case 'committed': {
      if (state.sealed === undefined) return [rested(state)]
      const sealed = { ...state.sealed, isCommitted: true }
      const made = withMade(state.made, sealed)
      return [{ ...rested(state), sealed, made, isUncommitted: false }]
    }
    case 'inserted':
      return inserted(state, event)
    case 'stale':
      return [troubled({ ...rested(state), pause: pauseOf(state, 'soon', event) }, 'stale', event)]
    case 'not-leading': {
      const made = state.made.filter(({ isCommitted }) => isCommitted)
      const next = { ...rested(state), sealed: undefined, isUncommitted: true, made }
      const report: Effect = { kind: 'report-trouble', trouble: 'conductor', why: event.why }
      const paused = { ...next, pause: pauseOf(state, 'soon', event) }
      return [troubled(paused, 'conductor', event), report]
    }
    case 'failed':
      return failed(state, event)
    case 'reset-needed':
      return resetNeeded(state, event)
    case 'reset-asked':
      return [state]
    case 'signer-checked':
      return [{ ...rested(state), isSignerChecked: true, trouble: undefined }]
  }
}

/**
 * Asks the engine for a reset, but only once for each unsafe head. If the reset does not help, the endpoints of L1
 * contradict each other.
 */
function resetNeeded(state: State, event: Moment & { readonly why: string }): Stepped {
  const { generation = 0n, unsafe } = state.chain ?? {}
  const report: Effect = { kind: 'report-trouble', trouble: 'l1-origin', why: event.why }
  if (unsafe?.hash === state.resetFor)
    return [
      troubled({ ...rested(state), pause: pauseOf(state, 'soon', event) }, 'l1-origin', event),
      report,
    ]
  const workId = state.workId + 1
  const work = { kind: 'resetting', generation } as const
  return [
    troubled({ ...state, workId, work, resetFor: unsafe?.hash }, 'l1-origin', event),
    { kind: 'reset-engine', workId, generation },
    report,
  ]
}

function inserted(
  state: State,
  { block, chain, ...moment }: Moment & Extract<Outcome, { outcome: 'inserted' }>,
): Stepped {
  const { chain: known } = state
  const isNewer =
    chain !== undefined && (known === undefined || byGenerationAndVersion(chain, known))
  if (isNewer) return settled({ ...rested(state), chain }, moment)
  // Without the newest state, the next block is nevertheless built on the inserted block. The engine refuses the next
  // block if it is stale.
  const isOnTop = known?.unsafe.hash === block.parentHash
  const next = known !== undefined && isOnTop ? { ...known, unsafe: block } : known
  return settled({ ...rested(state), chain: next }, moment)
}

/** Ends the work on the sealed block, because the block is in the chain. */
function settled(state: State, { nowMs }: Moment): Stepped {
  const { sealed } = state
  const done: State = {
    ...state,
    attempts: noAttempts,
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
  const { attempts, sealed, stopping } = state
  const report: Effect = { kind: 'report-trouble', trouble, why }
  const next = troubled({ ...rested(state), pause: pauseOf(state, retry, event) }, trouble, event)
  switch (trouble) {
    case 'seal':
    case 'bad-payload': {
      // Transactions of users may be the cause of the failure, for example if the block is too large.
      const isEmpty = trouble === 'bad-payload' || attempts.count > 0
      return [{ ...next, attempts: { count: attempts.count + 1, isEmpty } }, report]
    }
    case 'conductor':
      // As in op-node, a stop does not wait for a block that is not committed.
      return [
        { ...next, isUncommitted: true, sealed: stopping === undefined ? sealed : undefined },
        report,
      ]
    case 'invalid-block':
      if (sealed === undefined) return [next, report]
      return [
        { ...next, sealed: undefined, made: withoutMade(next.made, sealed.payload.blockHash) },
        report,
        { kind: 'report-dropped', payload: sealed.payload, why },
      ]
    case 'signer':
    case 'attributes':
    case 'l1-origin':
    case 'engine':
    case 'insert':
    case 'stale':
      return [next, report]
  }
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

/** Shortens a pause to its original length, if the clock was set back and the pause thus became longer. */
function withoutLongPause(state: State, { nowMs }: Moment): State {
  const { pause } = state
  if (pause === undefined || pause.untilMs - nowMs <= pause.forMs) return state
  return { ...state, pause: { ...pause, untilMs: nowMs + pause.forMs } }
}

/** What `settle` needs besides the state. */
interface Settling extends Moment {
  readonly chain: ChainState
  readonly sealed: NonNullable<State['sealed']>
}

/**
 * Commits and inserts a sealed block. A block that may already be published is never replaced: it is committed and
 * inserted again until it is the unsafe head, or can no longer become the unsafe head.
 */
function settle(state: State, { chain, sealed, ...moment }: Settling): Stepped {
  const { payload } = sealed
  const { blockHash, number, parentHash } = payload
  const { unsafe } = chain
  if (blockHash === unsafe.hash) return andGoOn(settled(state, moment), moment)
  // A stopped sequencer keeps the block for the next start.
  if (!state.isActive) return [state]
  if (parentHash === unsafe.hash)
    return push(
      { ...state, sealed: { ...sealed, belowSinceMs: undefined } },
      { chain, sealed, ...moment },
    )
  const isRemembered = state.made.some((each) => each.payload.blockHash === blockHash)
  // The execution client lost blocks that this process made. Those blocks are inserted again, and then this block.
  if (isRemembered && madeOn(state.made, unsafe.hash) !== undefined)
    return andGoOn([{ ...state, sealed: undefined }], moment)
  const { belowSinceMs = moment.monotonicMs } = sealed
  // After a crash, the execution client may lack blocks below this block. Peers have the missing blocks, since this
  // sequencer published them.
  const mayFill = unsafe.number + 1n < number && moment.monotonicMs - belowSinceMs < fillWaitMs
  if (mayFill && sealed.isCommitted) return [{ ...state, sealed: { ...sealed, belowSinceMs } }]
  const dropped = andGoOn([{ ...state, sealed: undefined }], moment)
  // A block of an earlier process may be in the chain below the unsafe head.
  if (!sealed.isPublished && sealed.isCommitted) return dropped
  const [next, ...effects] = dropped
  const why = `the unsafe head is ${unsafe.number} (${unsafe.hash})`
  return [next, { kind: 'report-dropped', payload, why }, ...effects]
}

/** Commits a sealed block, or publishes and inserts it. */
function push(state: State, { chain, nowMs, sealed }: Settling): Stepped {
  const { isCommitted, isPublished, payload } = sealed
  const { pause } = state
  if (pause !== undefined && nowMs < pause.untilMs) return wake(state, pause.untilMs)
  const workId = state.workId + 1
  if (!isCommitted) {
    const { isLeaderOverridden } = state
    // The block is remembered before the answer, since a commit without an answer may have been carried out.
    const made = withMade(state.made, sealed)
    return [
      { ...state, workId, work: { kind: 'committing' }, made },
      { kind: 'commit', workId, payload, isLeaderOverridden },
    ]
  }
  const { generation } = chain
  const next: State = { ...state, workId, work: { kind: 'inserting' } }
  const insert: Effect = { kind: 'insert', workId, payload, generation }
  // If the block was stored before a crash, it is possibly not published yet.
  if (isPublished) return [next, insert]
  return [
    { ...next, sealed: { ...sealed, isPublished: true } },
    { kind: 'publish', payload },
    insert,
  ]
}

function andGoOn([state, ...effects]: Stepped, moment: Moment): Stepped {
  const [next, ...more] = goOn(state, moment)
  return [next, ...effects, ...more]
}

function prepareNext(
  state: State,
  { chain, monotonicMs, nowMs }: Moment & { readonly chain: ChainState },
): Stepped {
  const { attempts, highest, isRecovering, pause, startedMs } = state
  if (!canBuild(state, chain)) return [state]
  const { generation, unsafe: parent } = chain
  const scheduled = startAtMs({ parentTimestamp: parent.timestamp, nowMs })
  const atMs = Math.max(scheduled, pause?.untilMs ?? 0)
  if (nowMs < atMs) return wake(state, atMs)
  const workId = state.workId + 1
  // Peers refuse all blocks of a wrong signer, so no block is built before the signer is checked.
  if (!state.isSignerChecked)
    return [
      { ...state, workId, work: { kind: 'checking-signer' } },
      { kind: 'check-signer', workId },
    ]
  const before = madeOn(state.made, parent.hash)
  const { belowSinceMs } = highest ?? {}
  // Peers, or L1, have the blocks that the execution client lost.
  const mayFill = belowSinceMs !== undefined && monotonicMs - belowSinceMs < fillWaitMs
  const lost = mayFill ? highest?.block : undefined
  return [
    { ...state, workId, work: { kind: 'preparing', place: { parent, generation } } },
    {
      kind: 'prepare',
      workId,
      parent,
      generation,
      startedMs,
      isUncommitted: state.isUncommitted && !state.isLeaderOverridden,
      isRecovering,
      attempts,
      before,
      lost,
    },
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
