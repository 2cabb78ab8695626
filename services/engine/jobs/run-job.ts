import type { Logger } from 'pino'
import { engineChain } from '#messages/subjects.ts'
import { idOf } from '#protocol/block/refs.ts'
import { attributesDigest } from '#protocol/derivation/attributes-digest.ts'
import type { Bus } from '#bus/bus.ts'
import type { Clock } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import { faultRule } from '#runtime/fault-codes.ts'
import { applyAttributes } from '#services/engine/apply/apply-attributes.ts'
import { insertPayload } from '#services/engine/apply/insert-payload.ts'
import { runBuilding } from '#services/engine/building/run-building.ts'
import type { ForkWatch } from '#services/engine/client/fork-watch.ts'
import { refOf } from '#services/engine/client/read-blocks.ts'
import { syncingFault } from '#services/engine/client/syncing-fault.ts'
import { checkFlashblocks, keepReceived } from '#services/engine/flashblocks/check-flashblocks.ts'
import { runFlashblock } from '#services/engine/flashblocks/run-flashblock.ts'
import type { Heads } from '#services/engine/forkchoice/heads.ts'
import { updateForkchoice } from '#services/engine/forkchoice/update-forkchoice.ts'
import type { Ports } from '#services/engine/ports.ts'
import { checkL1Chain, checkL2Chain } from '#services/engine/start/check-chains.ts'
import { resumeAt, syncTo } from '#services/engine/start/el-sync.ts'
import { type FoundStart, findStart } from '#services/engine/start/find-start.ts'
import type { Event, Job, ResetCause } from '#services/engine/state.ts'

/** What a job needs. */
export interface JobDependencies {
  readonly bus: Pick<Bus, 'read'>
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: Logger
  readonly forkWatch: ForkWatch
  /** Ports whose execution client refuses calls after the lease may have expired. */
  readonly ports: Ports
}

/** A job, and the heads at its start, which are undefined before the first generation. */
export interface StartedJob {
  readonly job: Job
  readonly heads: Heads | undefined
}

/** Runs a job. A fault becomes an event, unless it ends the process. */
export async function runJob(
  started: StartedJob,
  dependencies: JobDependencies,
): Promise<readonly Event[]> {
  try {
    return [await outcomeOf(started, dependencies)]
  } catch (error) {
    if (dependencies.signal.aborted) return []
    if (!isFault(error) || faultRule(error.code).endsProcess) throw error
    const atMs = dependencies.clock.monotonicMs()
    return [{ kind: 'job-failed', job: started.job, fault: error, atMs }]
  }
}

async function outcomeOf(
  { job, heads }: StartedJob,
  dependencies: JobDependencies,
): Promise<Event> {
  const { forkWatch, log, ports } = dependencies
  if (job.kind === 'start') {
    // The checks run in parallel, because derivation starts only when all of them are done.
    await Promise.all([checkL2Chain(ports), checkL1Chain(ports), forkWatch.check()])
    const resumed = job.safe && (await resumeAt(job.safe, ports))
    return startFound(job.cause, resumed ?? (await findStart(ports, job)), dependencies)
  }
  if (heads === undefined) throw new Error(`${job.kind} without a chain`)
  switch (job.kind) {
    case 'building':
      return runBuildingJob(job, heads, dependencies)
    case 'flashblock': {
      const nowMs = dependencies.clock.now()
      return { kind: 'flashblock-done', done: await runFlashblock(job, { heads, nowMs }, ports) }
    }
    case 'check-flashblocks': {
      const { received } = job
      const checked = await checkFlashblocks(received, heads, ports)
      return { kind: 'flashblocks-checked', received, checked }
    }
    case 'insert':
    case 'bridge': {
      const { payload } = job
      const inserted = await insertPayload(payload, heads, ports)
      if (inserted.kind === 'syncing' && job.kind === 'insert')
        throw syncingFault(`block ${heads.unsafe.number}, the unsafe head`)
      return { kind: 'inserted', payload, inserted }
    }
    case 'el-sync': {
      const { payload } = job
      const synced = await syncTo(payload, ports)
      if (synced.kind === 'done') return startFound('el-synced', synced.found, dependencies)
      return { kind: 'el-synced', payload, synced }
    }
    case 'apply': {
      const { request } = job
      const applied = await applyAttributes({ request, heads }, ports, log)
      const parentHash = request.parent.hash
      const digest = attributesDigest({ parentHash, attributes: request.attributes })
      return { kind: 'applied', request, applied, digest }
    }
    case 'finalize': {
      const { target } = job
      const { number } = target
      const block = await ports.executionClient.block({ kind: 'number', number })
      if (block?.blockHash !== target.hash) {
        log.warn({ l2: idOf(target) }, 'a block to finalize is not on the safe chain')
        return { kind: 'finalized', target, block: undefined }
      }
      const ref = refOf(ports.config, block)
      await updateForkchoice({ ...heads, finalized: ref }, ports)
      return { kind: 'finalized', target, block: ref }
    }
    case 'forkchoice':
      await updateForkchoice(heads, ports)
      return { kind: 'forkchoice-updated' }
  }
}

async function runBuildingJob(
  { called, received }: Extract<Job, { kind: 'building' }>,
  heads: Heads,
  { clock, ports }: JobDependencies,
): Promise<Event> {
  if (called.kind === 'start-building') keepReceived(received, ports.flashblocks)
  const done = await runBuilding(called, { heads, nowMs: clock.now() }, ports)
  return { kind: 'building-done', done, nowMs: clock.now() }
}

async function startFound(
  cause: ResetCause,
  found: FoundStart,
  { bus, clock }: JobDependencies,
): Promise<Event> {
  const previous = await bus.read(engineChain)
  return { kind: 'start-found', cause, found, nowMs: clock.now(), previous }
}
