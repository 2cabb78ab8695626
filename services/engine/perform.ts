import type { Logger } from 'pino'
import type { ChainState } from '#messages/chain-state.ts'
import { engineChain } from '#messages/subjects.ts'
import { idOf } from '#protocol/block/refs.ts'
import { attributesDigest } from '#protocol/derivation/attributes-digest.ts'
import type { Performed } from '#service/actor.ts'
import type { Bus, Lease, Owner } from '#bus/bus.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { faultRule } from '#runtime/fault-codes.ts'
import type { KeptTraces } from '#service/kept-traces.ts'
import { applyAttributes, tellForkchoice } from './apply-attributes.ts'
import type { EngineEffect, EngineEvent, Job, ResetCause } from './engine-state.ts'
import { resumeAt, syncTo } from './el-sync.ts'
import { checkL1Chain, checkL2Chain, type FoundStart, findStart, refOf } from './find-start.ts'
import type { ForkWatch } from './fork-watch.ts'
import type { Heads } from './heads.ts'
import { insertPayload } from './insert-payload.ts'
import type { EngineMetrics } from './metrics.ts'
import type { PayloadTail } from './payload-tail.ts'
import type { EnginePorts } from './ports.ts'
import { isStuck } from './step.ts'

/** What the engine acts with. */
export interface Means {
  readonly bus: Bus
  readonly clock: Clock
  readonly lease: Lease
  readonly instance: string
  readonly signal: AbortSignal
  readonly log: Logger
  readonly forkWatch: ForkWatch
  readonly metrics: EngineMetrics
  readonly owner: Owner<ChainState>
  readonly payloadTail: PayloadTail
  /** Traces of attributes, by sequence. */
  readonly traces: KeptTraces
  /** Each request to the execution client is guarded by the lease. */
  readonly ports: EnginePorts
}

/** Carries out what was decided. */
export function perform(
  effect: EngineEffect,
  means: Means,
): Promise<Performed<EngineEvent>> | Performed<EngineEvent> {
  const { clock, instance, lease, log, metrics, owner, signal } = means
  switch (effect.kind) {
    case 'answer':
      effect.answer()
      return []
    case 'run':
      return runTraced(effect.job, effect.heads, means)
    case 'pause': {
      const { job, forMs } = effect
      const over = sleep(clock, forMs, signal)
      return { later: over.then(() => [{ kind: 'pause-over', job }]) }
    }
    case 'write-chain':
      metrics.heads(effect.chain)
      return owner.write({ ...effect.chain, term: lease.term, instance }).then(() => [])
    case 'read-payloads':
      means.payloadTail.readFrom(effect.from)
      return []
    case 'report-refused': {
      const { payload, reason } = effect
      const l2 = { number: payload.number, hash: payload.blockHash }
      metrics.payloadRefused()
      log.warn({ l2, reason }, 'an unsafe block was refused')
      return []
    }
    case 'report-generation': {
      const { cause, chain } = effect
      const { finalized, generation, safe, start, unsafe } = chain
      metrics.generationChanged(cause)
      const heads = { unsafe: idOf(unsafe), safe: idOf(safe), finalized: idOf(finalized) }
      const l1Origin = idOf(start.l1Origin)
      log.info({ cause, generation, ...heads, l1Origin }, 'generation began')
      return []
    }
    case 'report-applied': {
      const { applied, chain } = effect
      metrics.applied(applied.kind)
      if (applied.kind !== 'dropped')
        log.debug({ l2: idOf(applied.block), safe: idOf(chain.safe) }, `block ${applied.kind}`)
      return []
    }
    case 'report-failure': {
      const { failure, job } = effect
      metrics.failed(job, failure.code)
      const { code, detail, times, timesAlike } = failure
      const fields = { job, code, reason: detail, times }
      // Said once: the status says it as long as it lasts.
      if (isStuck(failure)) {
        if (timesAlike % 20 === 3) log.error(fields, 'the engine cannot go on by itself')
      } else if (times === 1 || timesAlike === 1) log.warn(fields, 'the engine tries again')
      return []
    }
  }
}

function runTraced(job: Job, heads: Heads | undefined, means: Means): Performed<EngineEvent> {
  const run = () => ({ later: runJob(job, heads, means) })
  return job.kind === 'apply' ? means.traces.continue(job.request.sequence, run) : run()
}

async function runJob(
  job: Job,
  heads: Heads | undefined,
  means: Means,
): Promise<readonly EngineEvent[]> {
  try {
    return [await outcomeOf(job, heads, means)]
  } catch (error) {
    if (means.signal.aborted) return []
    if (!isFault(error) || faultRule(error.code).endsProcess) throw error
    return [{ kind: 'job-failed', job, fault: error }]
  }
}

async function outcomeOf(job: Job, heads: Heads | undefined, means: Means): Promise<EngineEvent> {
  const { bus, clock, log, ports } = means
  const startFound = async (cause: ResetCause, found: FoundStart): Promise<EngineEvent> => {
    const previous = await bus.read(engineChain)
    return { kind: 'start-found', cause, found, nowMs: clock.now(), previous }
  }
  if (job.kind === 'start') {
    // Side by side: until all are done, nothing is derived.
    await Promise.all([checkL2Chain(ports), checkL1Chain(ports), means.forkWatch.look()])
    const resumed = job.safe && (await resumeAt(job.safe, ports))
    return startFound(job.cause, resumed ?? (await findStart(ports, job)))
  }
  if (heads === undefined) throw new Error(`${job.kind} without a chain`)
  switch (job.kind) {
    case 'insert':
    case 'bridge': {
      const { payload } = job
      const inserted = await insertPayload(payload, heads, ports)
      if (inserted.kind === 'syncing' && job.kind === 'insert')
        throw new Fault('engine-syncing', {
          detail: `the execution client does not know block ${heads.unsafe.number}, its own head: it is syncing`,
        })
      return { kind: 'inserted', payload, inserted }
    }
    case 'el-sync': {
      const { payload } = job
      const synced = await syncTo(payload, ports)
      if (synced.kind === 'done') return startFound('el-synced', synced.found)
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
        log.warn({ l2: idOf(target) }, 'a block that is to be final is not on the safe chain')
        return { kind: 'finalized', target, block: undefined }
      }
      const ref = refOf(ports.config, block)
      await tellForkchoice({ ...heads, finalized: ref }, ports)
      return { kind: 'finalized', target, block: ref }
    }
    case 'forkchoice':
      await tellForkchoice(heads, ports)
      return { kind: 'forkchoice-told' }
  }
}
