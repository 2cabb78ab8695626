import type { Payload } from '#protocol/block/payload.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { Step } from '#service/actor.ts'
import type { Fault } from '#runtime/fault.ts'
import type {
  Chain,
  EngineEffect,
  EngineEvent,
  EngineState,
  Failure,
  JobKind,
} from './engine-state.ts'
import type { FoundStart } from './find-start.ts'
import { type Heads, headsAfter, headsAtStart } from './heads.ts'
import { nextJob } from './next-job.ts'
import { addPayload, dropPayload, emptyQueue, prunePayloads } from './payload-queue.ts'
import { backoffMs } from '#runtime/backoff.ts'

type Stepped = readonly [EngineState, ...(readonly EngineEffect[])]

/** Pauses after failures in a row. */
export const failureBackoff = { firstMs: 100, longestMs: 10_000 }

/** What only an operator can heal is tried this seldom, once it failed `timesUntilStuck` times alike. */
export const stuckPauseMs = 30_000

/** A failure that repeats as often is told as one that does not heal itself. */
const timesUntilStuck = 3

/** Blocks that were there already are told to be safe together, this long after the first of them. */
export const safeLabelPauseMs = 100

/** The engine's side of `engine.chain`, by the rules of `docs/architecture.md`; then whatever is due is begun. */
export const step: Step<EngineState, EngineEvent, EngineEffect> = (state, event) => {
  const [decided, ...decisions] = decide(state, event)
  const [next, ...more] = withoutStale(decided)
  const effects = [...decisions, ...more]
  const job = nextJob(next)
  if (job === undefined) return [next, ...effects]
  const heads = next.chain && headsOf(next.chain, next.backupUnsafe)
  return [{ ...next, running: job }, ...effects, { kind: 'run', job, heads }]
}

function decide(state: EngineState, event: EngineEvent): Stepped {
  switch (event.kind) {
    case 'started':
      return [{ ...state, resetDue: 'started' }]
    case 'apply-called':
      return applyCalled(state, event)
    case 'reset-called':
      return resetCalled(state, event)
    case 'targets-seen':
      return [{ ...state, target: event.targets.finalized }]
    case 'payload-received':
      return [payloadReceived(state, event.payload)]
    case 'heartbeat':
      return [heartbeat(state)]
    case 'pause-over':
      return [{ ...state, paused: state.paused.filter((kind) => kind !== event.job) }]
    case 'start-found':
      return startFound(done(state), event)
    case 'applied':
      return applied(done(state), event)
    case 'inserted':
      return inserted(done(state), event)
    case 'el-synced':
      return elSynced(done(state), event)
    case 'finalized':
      return finalized(done(state), event)
    case 'forkchoice-told':
      return [{ ...done(state), isForkchoiceDue: false, isForkchoiceFresh: true }]
    case 'job-failed':
      return jobFailed({ ...state, running: undefined }, event)
  }
}

function applyCalled(
  state: EngineState,
  { request, responder }: Extract<EngineEvent, { kind: 'apply-called' }>,
): Stepped {
  const { applyDue, chain, resetDue, running } = state
  if (chain === undefined || request.generation !== chain.generation) {
    const generation = chain?.generation ?? 0n
    return [state, answer(() => responder.resolve({ kind: 'refused', generation }))]
  }
  const accept = answer(() => responder.resolve({ kind: 'accepted' }))
  const isRepeat =
    request.sequence <= chain.sequence ||
    request.sequence === applyDue?.sequence ||
    (running?.kind === 'apply' && request.sequence === running.request.sequence)
  if (isRepeat || resetDue !== undefined) return [state, accept]
  // Derivation that was restarted begins again below what of a span is not safe yet.
  const fits = [chain.pendingSafe.hash, chain.safe.hash].includes(request.parent.hash)
  if (request.sequence !== chain.sequence + 1n || !fits)
    return [{ ...state, resetDue: 'sequence', applyDue: undefined }, accept]
  return [{ ...state, applyDue: request }, accept]
}

/** The new generation comes as a state; the answer is the one that is in force now. */
function resetCalled(
  state: EngineState,
  { request, responder }: Extract<EngineEvent, { kind: 'reset-called' }>,
): Stepped {
  const generation = state.chain?.generation ?? 0n
  const reply = answer(() => responder.resolve({ generation }))
  if (request.generation < generation || state.resetDue !== undefined) return [state, reply]
  const { reason: resetDue, safe: resetSafe } = request
  return [{ ...state, resetDue, resetSafe, applyDue: undefined }, reply]
}

function startFound(
  state: EngineState,
  { cause, found, nowMs, previous }: Extract<EngineEvent, { kind: 'start-found' }>,
): Stepped {
  const last = state.chain?.generation ?? 0n
  const known = previous?.generation ?? 0n
  const before = last > known ? last : known
  const generation = before + 1n > BigInt(nowMs) ? before + 1n : BigInt(nowMs)
  const { backupUnsafe, ...heads } = headsAtStart(found.heads)
  const isElSyncing = state.isElSyncing && cause !== 'el-synced' && found.isAtGenesis
  const isElSynced = cause === 'el-synced' || (cause !== 'history' && wasElSynced(found, previous))
  const chain: Chain = {
    generation,
    version: 1n,
    sequence: 0n,
    outcome: 'started',
    attributesDigest: undefined,
    ...heads,
    start: found.start,
    sync: isElSyncing ? 'el-syncing' : isElSynced ? 'el-synced' : 'ready',
  }
  const next: EngineState = {
    ...state,
    chain,
    backupUnsafe,
    resetDue: undefined,
    resetSafe: undefined,
    applyDue: undefined,
    isForkchoiceDue: false,
    isForkchoiceFresh: true,
    isElSyncing,
    isElSyncDue: false,
    isBridgeDue: false,
    unsafeBefore: undefined,
    payloads: emptyQueue,
  }
  return [
    next,
    { kind: 'write-chain', chain },
    { kind: 'report-generation', chain, cause },
    { kind: 'read-payloads', from: chain.unsafe.number + 1n },
  ]
}

/** As long as nothing was derived since; the sync may have ended without a word of the engine that ended it. */
function wasElSynced(
  { isAtGenesis }: FoundStart,
  previous: Extract<EngineEvent, { kind: 'start-found' }>['previous'],
): boolean {
  if (previous === undefined || previous.sequence > 0n) return false
  return previous.sync === 'el-synced' || (previous.sync === 'el-syncing' && !isAtGenesis)
}

function applied(
  state: EngineState,
  { applied, digest, request }: Extract<EngineEvent, { kind: 'applied' }>,
): Stepped {
  if (state.chain === undefined) return [state]
  const heads = headsOf(state.chain, state.backupUnsafe)
  const isNew = applied.kind !== 'consolidated'
  const { concludesBatch } = request
  const { backupUnsafe, ...next } =
    applied.kind === 'dropped'
      ? { ...heads, unsafe: applied.unsafe, pendingSafe: heads.safe, backupUnsafe: undefined }
      : headsAfter(heads, { block: applied.block, isNew, concludesBatch })
  const chain: Chain = {
    ...state.chain,
    ...next,
    version: state.chain.version + 1n,
    sequence: request.sequence,
    outcome: applied.kind,
    attributesDigest: digest,
  }
  const after: EngineState = {
    ...state,
    chain,
    backupUnsafe,
    applyDue: undefined,
    isForkchoiceDue: state.isForkchoiceDue || !isNew,
    isForkchoiceFresh: state.isForkchoiceFresh || isNew,
  }
  const told: EngineEffect[] = [
    { kind: 'write-chain', chain },
    { kind: 'report-applied', applied, chain },
  ]
  if (isNew) return [{ ...after, isForkchoiceDue: false }, ...told]
  const [paused, ...pauses] = pauseOf(after, 'forkchoice', safeLabelPauseMs)
  return [paused, ...told, ...pauses]
}

function payloadReceived(state: EngineState, payload: Payload): EngineState {
  if (!state.isElSyncing) return { ...state, payloads: addPayload(state.payloads, payload) }
  // Only how far there is to go counts then.
  const [highest] = state.payloads.payloads
  if (highest !== undefined && highest.number >= payload.number) return state
  return { ...state, payloads: addPayload(emptyQueue, payload), isElSyncDue: true }
}

/** What is not above the unsafe head any more; and what was left out for want of room is read again. */
function withoutStale(state: EngineState): Stepped {
  const { chain, isElSyncing, payloads: before } = state
  if (chain === undefined || isElSyncing) return [state]
  const payloads = prunePayloads(before, chain)
  if (payloads.isCut && payloads.payloads.length === 0)
    return [
      { ...state, payloads: emptyQueue },
      { kind: 'read-payloads', from: chain.unsafe.number + 1n },
    ]
  return [payloads === before ? state : { ...state, payloads }]
}

/**
 * Tells the execution client its heads again: that heals what a stale call did, and shows that a client which was restarted
 * lost its head.
 */
function heartbeat(state: EngineState): EngineState {
  const { chain, payloads, unsafeBefore } = state
  if (state.isElSyncing) return { ...state, isElSyncDue: payloads.payloads.length > 0 }
  const unsafe = chain?.unsafe
  const next = { ...state, unsafeBefore: unsafe, isForkchoiceFresh: false }
  const [payload] = payloads.payloads
  const isGap = payload !== undefined && unsafe !== undefined && payload.number > unsafe.number + 1n
  // To tell the old head would stop what it is fetching.
  if (isGap && unsafeBefore?.hash === unsafe.hash) return { ...next, isBridgeDue: true }
  return { ...next, isForkchoiceDue: state.isForkchoiceDue || !state.isForkchoiceFresh }
}

function inserted(
  state: EngineState,
  { inserted, payload }: Extract<EngineEvent, { kind: 'inserted' }>,
): Stepped {
  const { chain } = state
  const payloads = dropPayload(state.payloads, payload)
  if (chain === undefined) return [state]
  switch (inserted.kind) {
    case 'refused': {
      const { reason } = inserted
      return [
        { ...state, payloads, isBridgeDue: false },
        { kind: 'report-refused', payload, reason },
      ]
    }
    case 'syncing':
      return [{ ...state, isBridgeDue: false }]
    case 'inserted': {
      const next = { ...chain, version: chain.version + 1n, unsafe: inserted.block }
      const told = { isBridgeDue: false, isForkchoiceDue: false, isForkchoiceFresh: true }
      return [
        { ...state, ...told, chain: next, payloads },
        { kind: 'write-chain', chain: next },
      ]
    }
  }
}

function elSynced(
  state: EngineState,
  { payload, synced }: Extract<EngineEvent, { kind: 'el-synced' }>,
): Stepped {
  const next = { ...state, isElSyncDue: false }
  if (synced.kind === 'syncing') return [next]
  const { reason } = synced
  return [
    { ...next, payloads: dropPayload(state.payloads, payload) },
    { kind: 'report-refused', payload, reason },
  ]
}

function finalized(
  state: EngineState,
  { block, target }: Extract<EngineEvent, { kind: 'finalized' }>,
): Stepped {
  const { chain } = state
  if (chain === undefined) return [state]
  // Derivation names another when it has one.
  if (block === undefined)
    return [{ ...state, target: state.target?.hash === target.hash ? undefined : state.target }]
  const next = { ...chain, version: chain.version + 1n, finalized: block }
  return [
    { ...state, chain: next, isForkchoiceDue: false, isForkchoiceFresh: true },
    { kind: 'write-chain', chain: next },
  ]
}

function jobFailed(
  state: EngineState,
  { fault, job }: Extract<EngineEvent, { kind: 'job-failed' }>,
): Stepped {
  const { kind } = job
  const failure = failureAfter(state.failures[kind], fault)
  const failed = { ...state, failures: { ...state.failures, [kind]: failure } }
  const reset: Partial<EngineState> =
    fault.severity === 'reset' && kind !== 'start'
      ? { resetDue: state.resetDue ?? 'execution-client', applyDue: undefined }
      : {}
  const [next, ...pauses] = pauseOf({ ...failed, ...reset }, kind, pauseMs(failure))
  return [next, ...pauses, { kind: 'report-failure', job: kind, failure }]
}

function failureAfter(before: Failure | undefined, { code, message, severity }: Fault): Failure {
  return {
    code,
    severity,
    detail: message,
    times: (before?.times ?? 0) + 1,
    timesAlike: before?.code === code ? before.timesAlike + 1 : 1,
  }
}

/** Whether only an operator can help. */
export function isStuck({ severity, timesAlike }: Failure): boolean {
  return severity !== 'temporary' && timesAlike >= timesUntilStuck
}

function pauseMs(failure: Failure): number {
  if (isStuck(failure)) return stuckPauseMs
  return backoffMs(failureBackoff, failure.times - 1)
}

function pauseOf(state: EngineState, job: JobKind, forMs: number): Stepped {
  if (state.paused.includes(job)) return [state]
  return [
    { ...state, paused: [...state.paused, job] },
    { kind: 'pause', job, forMs },
  ]
}

/** What was being done is done, and did not fail. */
function done(state: EngineState): EngineState {
  const { running, failures } = state
  if (running === undefined) return state
  return { ...state, running: undefined, failures: { ...failures, [running.kind]: undefined } }
}

/** The heads that a state of the chain has. */
function headsOf(chain: Chain, backupUnsafe: L2BlockRef | undefined): Heads {
  const { finalized, localSafe, pendingSafe, safe, unsafe } = chain
  return { finalized, localSafe, pendingSafe, safe, unsafe, backupUnsafe }
}

function answer(run: () => void): EngineEffect {
  return { kind: 'answer', answer: run }
}
