import type { Payload } from '#protocol/block/payload.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { Step } from '#service/actor.ts'
import type { Chain, Effect, Event, State, JobKind } from './state.ts'
import type { FoundStart } from './start/find-start.ts'
import { type BuildingCall, noBuilding } from './building/building.ts'
import {
  answerWaiting,
  buildingCalled,
  buildingDone,
  refusal,
  withoutFirst,
} from './building/building-calls.ts'
import {
  flashblockDone,
  flashblockReceived,
  flashblocksChecked,
  flashblocksStarted,
  flashblockWoke,
  withoutFurtherFlashblocks,
} from './flashblocks/flashblock-events.ts'
import { type Heads, headsAfter, headsAtStart } from './forkchoice/heads.ts'
import { dueJobs, nextJob } from './jobs/due-jobs.ts'
import { type Failure, failureAfter, retryPauseMs } from './jobs/failure.ts'
import { addPayload, dropPayload, emptyQueue, prunePayloads } from './payloads/payload-queue.ts'

type Stepped = readonly [State, ...(readonly Effect[])]

/**
 * Delay between the consolidation of a block and the forkchoice that makes the block safe in the execution client.
 * Blocks that are consolidated within the delay need no forkchoice of their own.
 */
export const safeLabelPauseMs = 100

/** Handles one event by the rules of `docs/architecture.md`, then starts the next job that is due. */
export const step: Step<State, Event, Effect> = (state, event) => {
  const [decided, ...decisions] = decide(state, event)
  const [pruned, ...more] = withoutStale(decided)
  const [next, ...answers] = answerWaiting(pruned)
  const effects = [...decisions, ...more, ...answers]
  const job = nextJob(next)
  if (job === undefined) return [next, ...effects]
  const heads = next.chain && headsOf(next.chain, next.backupUnsafe)
  const building = job.kind === 'building' ? withoutFirst(next.building) : next.building
  return [{ ...next, building, running: job }, ...effects, { kind: 'run', job, heads }]
}

function decide(state: State, event: Event): Stepped {
  switch (event.kind) {
    case 'started':
      return [{ ...state, resetDue: 'started' }]
    case 'apply-called':
      return applyCalled(state, event)
    case 'reset-called':
      return resetCalled(state, event)
    case 'building-called':
      return buildingCalled(ended(state, event.called), event.called)
    case 'building-done':
      return buildingFinished(done(state), event)
    case 'flashblock-done':
      return flashblockDone(done(state), event.done)
    case 'flashblock-received':
      return flashblockReceived(state, event.received)
    case 'flashblocks-checked':
      return flashblocksChecked(done(state), event)
    case 'flashblock-woke':
      return [flashblockWoke(state, event.payloadId)]
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
    case 'forkchoice-updated':
      return [{ ...done(state), isForkchoiceDue: false, isForkchoiceFresh: true }]
    case 'job-failed':
      return jobFailed({ ...state, running: undefined }, event)
  }
}

/** A call to seal a block ends its flashblocks. */
function ended(state: State, { kind, request }: BuildingCall): State {
  return kind === 'seal' ? withoutFurtherFlashblocks(state, request.payloadId) : state
}

function buildingFinished(
  state: State,
  { done, nowMs }: Extract<Event, { kind: 'building-done' }>,
): Stepped {
  const [next, ...effects] = buildingDone(state, done)
  if (done.kind !== 'start-building') return [next, ...effects]
  const [begun, ...more] = flashblocksStarted(next, done, nowMs)
  return [begun, ...effects, ...more]
}

function applyCalled(
  state: State,
  { request, call }: Extract<Event, { kind: 'apply-called' }>,
): Stepped {
  const { applyDue, chain, resetDue, running } = state
  if (chain === undefined || request.generation !== chain.generation) {
    const generation = chain?.generation ?? 0n
    return [state, { kind: 'answer', call, response: { kind: 'refused', generation } }]
  }
  const accept: Effect = { kind: 'answer', call, response: { kind: 'accepted' } }
  const isRepeat =
    request.sequence <= chain.sequence ||
    request.sequence === applyDue?.sequence ||
    (running?.kind === 'apply' && request.sequence === running.request.sequence)
  if (isRepeat || resetDue !== undefined) return [state, accept]
  // After a restart, derivation starts at the safe head, below the pending blocks of a span.
  const fits = [chain.pendingSafe.hash, chain.safe.hash].includes(request.parent.hash)
  if (request.sequence !== chain.sequence + 1n || !fits)
    return [{ ...state, resetDue: 'sequence', applyDue: undefined }, accept]
  return [{ ...state, applyDue: request }, accept]
}

/** Requests a reset. The answer has the current generation. The new generation is published as a state. */
function resetCalled(
  state: State,
  { request, call }: Extract<Event, { kind: 'reset-called' }>,
): Stepped {
  const generation = state.chain?.generation ?? 0n
  const reply: Effect = { kind: 'answer', call, response: { generation } }
  if (request.generation < generation || state.resetDue !== undefined) return [state, reply]
  const { reason: resetDue, safe: resetSafe } = request
  return [{ ...state, resetDue, resetSafe, applyDue: undefined }, reply]
}

function startFound(
  state: State,
  { cause, found, nowMs, previous }: Extract<Event, { kind: 'start-found' }>,
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
  const next: State = {
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
    building: { ...noBuilding, waiting: state.building.waiting },
  }
  return [
    next,
    { kind: 'write-chain', chain },
    { kind: 'report-generation', chain, cause },
    { kind: 'read-payloads', from: chain.unsafe.number + 1n },
  ]
}

/**
 * Whether EL sync ended and no attributes were applied since. An engine may die before it publishes the end of sync.
 */
function wasElSynced(
  { isAtGenesis }: FoundStart,
  previous: Extract<Event, { kind: 'start-found' }>['previous'],
): boolean {
  if (previous === undefined || previous.sequence > 0n) return false
  return previous.sync === 'el-synced' || (previous.sync === 'el-syncing' && !isAtGenesis)
}

function applied(
  state: State,
  { applied, digest, request }: Extract<Event, { kind: 'applied' }>,
): Stepped {
  if (state.chain === undefined) return [state]
  const heads = headsOf(state.chain, state.backupUnsafe)
  // The engine has sent a forkchoice for every block that it built.
  const isBuilt = applied.kind !== 'consolidated'
  const isPresent = applied.kind === 'replaced' && applied.isPresent === true
  const isNew = isBuilt && !isPresent
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
  const after: State = {
    ...state,
    chain,
    backupUnsafe,
    applyDue: undefined,
    isForkchoiceDue: state.isForkchoiceDue || !isBuilt,
    isForkchoiceFresh: state.isForkchoiceFresh || isBuilt,
  }
  const published: Effect[] = [
    { kind: 'write-chain', chain },
    { kind: 'report-applied', applied, chain },
  ]
  if (isBuilt) return [{ ...after, isForkchoiceDue: false }, ...published]
  const [paused, ...pauses] = pauseOf(after, 'forkchoice', safeLabelPauseMs)
  return [paused, ...published, ...pauses]
}

function payloadReceived(state: State, payload: Payload): State {
  if (!state.isElSyncing) return { ...state, payloads: addPayload(state.payloads, payload) }
  // EL sync needs only the highest block.
  const [highest] = state.payloads.payloads
  if (highest !== undefined && highest.number >= payload.number) return state
  return { ...state, payloads: addPayload(emptyQueue, payload), isElSyncDue: true }
}

/**
 * Drops stale payloads from the queue. If the queue is then empty, reads again, from gossip's log on the bus, the
 * payloads for which it had no room.
 */
function withoutStale(state: State): Stepped {
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
 * Makes a forkchoice due if none was sent since the last heartbeat. The forkchoice undoes the effect of a stale call,
 * and its answer shows whether a restarted client lost its head.
 */
function heartbeat(state: State): State {
  const { chain, payloads, unsafeBefore } = state
  if (state.isElSyncing) return { ...state, isElSyncDue: payloads.payloads.length > 0 }
  const unsafe = chain?.unsafe
  const next = { ...state, unsafeBefore: unsafe, isForkchoiceFresh: false }
  const [payload] = payloads.payloads
  const isGap = payload !== undefined && unsafe !== undefined && payload.number > unsafe.number + 1n
  // The missing blocks are fetched instead: a forkchoice with the old head would stop the client from fetching them.
  if (isGap && unsafeBefore?.hash === unsafe.hash) return { ...next, isBridgeDue: true }
  return { ...next, isForkchoiceDue: state.isForkchoiceDue || !state.isForkchoiceFresh }
}

function inserted(
  state: State,
  { inserted, payload }: Extract<Event, { kind: 'inserted' }>,
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
      const forkchoice = { isBridgeDue: false, isForkchoiceDue: false, isForkchoiceFresh: true }
      return [
        { ...state, ...forkchoice, chain: next, payloads },
        { kind: 'write-chain', chain: next },
      ]
    }
  }
}

function elSynced(
  state: State,
  { payload, synced }: Extract<Event, { kind: 'el-synced' }>,
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
  state: State,
  { block, target }: Extract<Event, { kind: 'finalized' }>,
): Stepped {
  const { chain } = state
  if (chain === undefined) return [state]
  // A target that is not on the safe chain is dropped. Derivation sets the next target.
  if (block === undefined)
    return [{ ...state, target: state.target?.hash === target.hash ? undefined : state.target }]
  const next = { ...chain, version: chain.version + 1n, finalized: block }
  return [
    { ...state, chain: next, isForkchoiceDue: false, isForkchoiceFresh: true },
    { kind: 'write-chain', chain: next },
  ]
}

function jobFailed(
  state: State,
  { fault, job, atMs }: Extract<Event, { kind: 'job-failed' }>,
): Stepped {
  const { kind } = job
  const failure = failureAfter(state.failures[kind], { fault, atMs })
  const reset: Partial<State> =
    fault.severity === 'reset' && kind !== 'start'
      ? {
          resetDue: state.resetDue ?? 'execution-client',
          resetSinceMs: firstFailureMs(state, failure),
          applyDue: undefined,
        }
      : {}
  // The sequencer has pauses of its own.
  if (job.kind === 'building') return [{ ...state, ...reset }, refusal(job.called, fault)]
  const failed = { ...state, ...reset, failures: { ...state.failures, [kind]: failure } }
  const [next, ...pauses] = pauseOf(failed, kind, retryPauseMs(failure))
  return [next, ...pauses, { kind: 'report-failure', job: kind, failure }]
}

/** Time of the earliest failure of the job that failed now, or of another due job if that job failed earlier. */
function firstFailureMs(state: State, { sinceMs }: Failure): number {
  const others = dueJobs(state).flatMap(({ kind }) => state.failures[kind]?.sinceMs ?? [])
  return Math.min(sinceMs, state.resetSinceMs ?? sinceMs, ...others)
}

function pauseOf(state: State, job: JobKind, forMs: number): Stepped {
  if (state.paused.includes(job)) return [state]
  return [
    { ...state, paused: [...state.paused, job] },
    { kind: 'pause', job, forMs },
  ]
}

/** The state after the running job succeeded. */
function done(state: State): State {
  const { running, failures } = state
  if (running === undefined) return state
  const { kind } = running
  return {
    ...state,
    running: undefined,
    lastDone: kind,
    failures: { ...failures, [kind]: undefined },
    resetSinceMs: kind === 'start' ? state.resetSinceMs : undefined,
  }
}

/** The heads of a chain state. */
function headsOf(chain: Chain, backupUnsafe: L2BlockRef | undefined): Heads {
  const { finalized, localSafe, pendingSafe, safe, unsafe } = chain
  return { finalized, localSafe, pendingSafe, safe, unsafe, backupUnsafe }
}
