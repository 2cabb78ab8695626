import type { ChainState } from '#messages/chain-state.ts'
import { payloadRefused } from '#messages/subjects.ts'
import type { Performed } from '#service/actor.ts'
import type { Owner } from '#bus/bus.ts'
import { sleep } from '#runtime/clock.ts'
import type { KeptTraces } from '#service/kept-traces.ts'
import type { OpenCalls } from '#service/sources.ts'
import { createFlashblockPerform } from './flashblocks/perform-flashblock.ts'
import { type JobDependencies, runJob, type StartedJob } from './jobs/run-job.ts'
import type { PayloadTail } from './payloads/payload-tail.ts'
import type { Context } from './ports.ts'
import { report } from './reports/report.ts'
import type { Effect, Event } from './state.ts'

/** Dependencies for carrying out effects. */
export interface Dependencies
  extends
    Omit<JobDependencies, 'bus'>,
    Pick<Context, 'bus' | 'instance' | 'lease' | 'log' | 'metrics'> {
  readonly calls: OpenCalls
  readonly owner: Owner<ChainState>
  readonly payloadTail: PayloadTail
  /** Traces of attributes, by sequence. */
  readonly traces: KeptTraces
}

/** Returns the function that carries out effects. */
export function createPerform(
  dependencies: Dependencies,
): (effect: Effect) => Promise<Performed<Event>> | Performed<Event> {
  const { bus, calls, clock, forkWatch, instance, lease, metrics, owner, payloadTail } =
    dependencies
  const { signal, traces } = dependencies
  const performFlashblock = createFlashblockPerform(dependencies)
  const run = (started: StartedJob): Performed<Event> => ({ later: runJob(started, dependencies) })
  return (effect) => {
    switch (effect.kind) {
      case 'answer':
        if ('name' in effect) metrics.buildingCalled(effect.name, effect.response.kind)
        calls.answer(effect)
        return []
      case 'refuse':
        if (effect.fault.code === 'engine-unreachable') forkWatch.expire()
        metrics.buildingCalled(effect.name, 'refused')
        calls.refuse(effect.call, effect.fault)
        return []
      case 'run': {
        const { job } = effect
        return job.kind === 'apply'
          ? traces.continue(job.request.sequence, () => run(effect))
          : run(effect)
      }
      case 'pause': {
        const { job, forMs } = effect
        const over = sleep(clock, forMs, signal)
        return { later: over.then(() => [{ kind: 'pause-over', job }]) }
      }
      case 'write-chain':
        return owner.write({ ...effect.chain, term: lease.term, instance }).then(() => [])
      case 'read-payloads':
        payloadTail.readFrom(effect.from)
        return []
      case 'emit-checked':
      case 'publish-flashblock':
      case 'wake-flashblock':
        return performFlashblock(effect)
      case 'report-failure':
        if (effect.failure.code === 'engine-unreachable') forkWatch.expire()
        report(effect, dependencies)
        return []
      case 'report-refused': {
        const { number, blockHash: hash } = effect.payload
        bus.emit(payloadRefused, { block: { number, hash } })
        report(effect, dependencies)
        return []
      }
      case 'report-generation':
      case 'report-applied':
      case 'report-flashblock-refused':
      case 'report-taken-over':
      case 'report-prefix-dropped':
        report(effect, dependencies)
        return []
    }
  }
}
