import type { SealResponse } from '#messages/seal.ts'
import { checkSigner, engineChain, insert, reset, seal } from '#messages/subjects.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { payloadProblem } from '#protocol/sequencing/payload-problem.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { sleep } from '#runtime/clock.ts'
import { faultRule } from '#runtime/fault-codes.ts'
import { isFault, toError } from '#runtime/fault.ts'
import type { Performed } from '#service/actor.ts'
import type { OpenCalls } from '#service/sources.ts'
import type { BlockPreparer } from './building/prepare-block.ts'
import type { ForeignBuilds } from './builders/foreign-builds.ts'
import { publish } from './building/publish-block.ts'
import { repeatedCall } from './building/repeated-call.ts'
import type { Conductor, Context, Ports } from './ports.ts'
import { report } from './reports/report.ts'
import type { Effect, Event, Job, Moment, Outcome, TroubleKind } from './state.ts'

/** Dependencies for carrying out effects. */
export interface Dependencies extends Context {
  readonly ports: Ports
  readonly calls: OpenCalls
  readonly preparer: BlockPreparer
  /** Undefined without a builder. */
  readonly foreign: ForeignBuilds | undefined
}

/** Deadlines of the calls to the engine. The insertion of a full block may take seconds on a slow execution client. */
const deadlines = { sealMs: 5_000, insertMs: 10_000, resetMs: 5_000, signerMs: 500 }

/** Longest time of one timer. A Node.js timer that is longer than 24 days fires at once. */
const longestSleepMs = 3_600_000

/**
 * Returns the function that carries out effects. The actor does not wait for other services, whose outcomes become
 * events.
 */
export function createPerform(dependencies: Dependencies) {
  const { calls, clock, lease, signal } = dependencies
  let timer = new AbortController()
  return (effect: Effect): Performed<Event> => {
    switch (effect.kind) {
      case 'prepare':
      case 'seal':
      case 'commit':
      case 'insert':
      case 'reset-engine':
      case 'check-signer':
        return { later: work(effect, dependencies) }
      case 'publish':
        lease.guard()
        return { later: publish(effect.payload, dependencies).then(() => []) }
      case 'wake': {
        timer.abort()
        timer = new AbortController()
        const forMs = Math.min(effect.atMs - clock.now(), longestSleepMs)
        const over = sleep(clock, forMs, AbortSignal.any([timer.signal, signal]))
        return {
          later: over.then((isOver) =>
            isOver ? [{ kind: 'woke', ...momentOf(dependencies) }] : [],
          ),
        }
      }
      case 'end-flashblocks':
        return { later: endFlashblocks(effect, dependencies) }
      case 'check-leader':
        return { later: checkLeader(effect, dependencies) }
      case 'store-activity':
        return { later: storeActivity(effect, dependencies) }
      case 'answer':
        calls.answer(effect)
        return []
      case 'report-trouble':
      case 'report-inserted':
      case 'report-dropped':
      case 'report-activity':
        report(effect, dependencies)
        return []
    }
  }
}

/** When an event happens. */
export function momentOf({ clock }: Pick<Context, 'clock'>): Moment {
  return { nowMs: clock.now(), monotonicMs: clock.monotonicMs() }
}

type Work = Extract<Effect, { readonly workId: number }>

/** For each kind of work, the kind of trouble that is reported if the work fails with a fault. */
const troubles: Readonly<Record<Work['kind'], TroubleKind>> = {
  prepare: 'engine',
  seal: 'seal',
  commit: 'conductor',
  insert: 'insert',
  'reset-engine': 'engine',
  'check-signer': 'signer',
}

/** Carries out one piece of work. A fault is an outcome, unless it ends the process. */
async function work(effect: Work, dependencies: Dependencies): Promise<readonly Event[]> {
  const { clock, metrics, signal } = dependencies
  const { kind, workId } = effect
  const startedMs = clock.monotonicMs()
  let outcome: Outcome
  try {
    outcome = await outcomeOf(effect, dependencies)
  } catch (error) {
    if (signal.aborted) return []
    if (isFault(error) && faultRule(error.code).endsProcess) throw error
    if (!isFault(error) && !(error instanceof JsonRpcError)) throw error
    // A block that is too large for the bus is built again without transactions of users.
    const trouble = isFault(error, 'too-large') ? 'bad-payload' : troubles[kind]
    outcome = { outcome: 'failed', trouble, why: error.message, retry: 'soon' }
  }
  metrics.worked(kind, (clock.monotonicMs() - startedMs) / 1_000)
  return [{ kind: 'worked', workId, ...outcome, ...momentOf(dependencies) }]
}

async function outcomeOf(effect: Work, dependencies: Dependencies): Promise<Outcome> {
  const { bus } = dependencies
  switch (effect.kind) {
    case 'prepare':
      return prepare(effect, dependencies)
    case 'seal':
      return sealBlock(effect, dependencies)
    case 'commit':
      return commit(effect, dependencies)
    case 'insert':
      return insertBlock(effect, dependencies)
    case 'reset-engine': {
      const { generation } = effect
      await bus.call(reset, { generation, reason: 'l1-reorg' }, { deadlineMs: deadlines.resetMs })
      return { outcome: 'reset-asked' }
    }
    case 'check-signer':
      return checkSignerOf(dependencies)
  }
}

/**
 * Seals the block of the local execution client, and uses the block of the builder instead if that block is good and in
 * time.
 */
async function sealBlock(
  { job }: Extract<Effect, { kind: 'seal' }>,
  dependencies: Dependencies,
): Promise<Outcome> {
  const { foreign, preparer } = dependencies
  const local = Promise.allSettled([sealLocal(job, dependencies)])
  const payload = await foreign?.seal(job)
  const outcome = payload === undefined ? await settledValue(local) : sealedOutcome(payload)
  if (outcome.outcome === 'sealed') {
    preparer.remember(outcome.payload.blockHash, job.systemConfig)
    foreign?.remember(outcome.payload)
  }
  return outcome
}

function sealedOutcome(payload: Payload): Outcome {
  return { outcome: 'sealed', payload }
}

async function settledValue<Value>(
  settled: Promise<readonly [PromiseSettledResult<Value>]>,
): Promise<Value> {
  const [result] = await settled
  if (result.status === 'rejected') throw result.reason
  return result.value
}

/** A block that is sealed gets no further flashblocks. The sealed block is not used. */
async function endFlashblocks(
  { job }: Extract<Effect, { kind: 'end-flashblocks' }>,
  dependencies: Dependencies,
): Promise<readonly Event[]> {
  await callSeal(job, dependencies).catch(onlyFault)
  return []
}

function callSeal(
  { attributes, generation, parent: { hash, number }, payloadId }: Job,
  dependencies: Dependencies,
): Promise<SealResponse> {
  const { timestamp } = attributes
  const request = { generation, parent: { hash, number }, payloadId, timestamp }
  return repeatedCall(dependencies, seal, { request, deadlineMs: deadlines.sealMs })
}

async function sealLocal(job: Job, dependencies: Dependencies): Promise<Outcome> {
  const { ports } = dependencies
  const { attributes } = job
  const { hash, number } = job.parent
  const parent = { hash, number }
  const sealed = await callSeal(job, dependencies)
  switch (sealed.kind) {
    case 'stale':
      return { outcome: 'stale', why: sealed.reason }
    case 'unknown-payload': {
      const why = 'the execution client no longer knows the block that it was building'
      return { outcome: 'failed', trouble: 'seal', why, retry: 'soon' }
    }
    case 'sealed': {
      const { payload } = sealed
      const why = payloadProblem(ports.config, { parent, attributes }, payload)
      if (why !== undefined)
        return { outcome: 'failed', trouble: 'bad-payload', why, retry: 'block' }
      return { outcome: 'sealed', payload }
    }
  }
}

async function insertBlock(
  { generation, payload }: Extract<Effect, { kind: 'insert' }>,
  dependencies: Dependencies,
): Promise<Outcome> {
  const request = { generation, payload }
  const { insertMs } = deadlines
  const inserted = await repeatedCall(dependencies, insert, { request, deadlineMs: insertMs })
  switch (inserted.kind) {
    case 'inserted': {
      // The engine wrote its state before it answered.
      const chain = await dependencies.bus.read(engineChain).catch(onlyFault)
      return { outcome: 'inserted', block: inserted.block, chain }
    }
    case 'stale':
      return { outcome: 'stale', why: inserted.reason }
    case 'invalid': {
      const { reason: why } = inserted
      return { outcome: 'failed', trouble: 'invalid-block', why, retry: 'block' }
    }
  }
}

/** Stores a block where a crash does not lose it: in the log of op-conductor, and in the file of this sequencer. */
async function commit(
  { isLeaderOverridden, payload }: Extract<Effect, { kind: 'commit' }>,
  { lease, log, ports }: Dependencies,
): Promise<Outcome> {
  const { conductor, sealedFile } = ports
  lease.guard()
  const stored = sealedFile?.store(payload).catch((error: unknown) => {
    const reason = toError(error).message
    log.warn({ l2: idOf(payload), reason }, 'the last sealed block is not stored')
  })
  if (isLeaderOverridden || conductor === undefined) {
    await stored
    return { outcome: 'committed' }
  }
  try {
    await conductor.commit(payload)
  } catch (error) {
    // A later leader may have continued other flashblocks than those of this block, so it must not be committed later.
    const mayLead = ports.settings.flashblocks === undefined || (await leads(conductor)) !== false
    if (mayLead) throw error
    log.debug({ l2: idOf(payload), error }, 'op-conductor refuses a block')
    return { outcome: 'not-leading', why: 'this node does not lead' }
  }
  await stored
  return { outcome: 'committed' }
}

/** Asks op-conductor whether this node leads. @returns undefined if it does not answer, and without op-conductor */
export async function leads(conductor: Conductor | undefined): Promise<boolean | undefined> {
  return conductor?.isLeader().catch(onlyFault)
}

/** Prepares a block. With flashblocks, a node that does not lead builds nothing, and one that leads again asks the others. */
async function prepare(
  effect: Extract<Effect, { kind: 'prepare' }>,
  { ports, preparer }: Dependencies,
): Promise<Outcome> {
  const { conductor, settings } = ports
  if (effect.isUncommitted && settings.flashblocks !== undefined && conductor !== undefined) {
    if ((await leads(conductor)) === false)
      return { outcome: 'not-leading', why: 'this node does not lead' }
    preparer.leadAgain()
  }
  return preparer.prepare(effect)
}

/** Asks gossip whether peers would accept its signatures. Without an answer, as without gossip, blocks are built. */
async function checkSignerOf({ bus }: Dependencies): Promise<Outcome> {
  const answer = await bus
    .call(checkSigner, {}, { deadlineMs: deadlines.signerMs })
    .catch(onlyFault)
  const why = answer?.problem
  if (why === undefined) return { outcome: 'signer-checked' }
  return { outcome: 'failed', trouble: 'signer', why, retry: 'soon' }
}

async function checkLeader(
  { call, request }: Extract<Effect, { kind: 'check-leader' }>,
  dependencies: Dependencies,
): Promise<readonly Event[]> {
  const { conductor } = dependencies.ports
  let isLeader = conductor === undefined
  let problem: string | undefined
  try {
    if (conductor !== undefined) isLeader = await conductor.isLeader()
  } catch (error) {
    if (!isFault(error) && !(error instanceof JsonRpcError)) throw error
    problem = error.message
  }
  return [{ kind: 'leader-checked', call, request, isLeader, problem, ...momentOf(dependencies) }]
}

async function storeActivity(
  { calls, isStarted }: Extract<Effect, { kind: 'store-activity' }>,
  dependencies: Dependencies,
): Promise<readonly Event[]> {
  let problem: string | undefined
  try {
    await dependencies.ports.activityFile?.store(isStarted)
  } catch (error) {
    problem = toError(error).message
  }
  return [{ kind: 'activity-stored', calls, isStarted, problem, ...momentOf(dependencies) }]
}

function onlyFault(error: unknown): undefined {
  if (!isFault(error)) throw error
  return undefined
}

function idOf({ blockHash: hash, number }: Payload) {
  return { number, hash }
}
