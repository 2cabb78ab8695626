import { applyAttributes, derivationTargets, engineChain, reset } from '#messages/subjects.ts'
import { fetchL2Block as fetchL2BlockCall } from '#messages/subjects.ts'
import { runActor } from '#service/actor.ts'
import type { Lease } from '#bus/bus.ts'
import { every } from '#runtime/clock.ts'
import { Inbox, type Source } from '#service/inbox.ts'
import type { Service } from '#service/service.ts'
import { KeptTraces } from '#service/kept-traces.ts'
import { following, serving, ticking } from '#service/sources.ts'
import {
  type Chain,
  type EngineEffect,
  type EngineEvent,
  type EngineState,
  firstState,
} from './engine-state.ts'
import { fetchL2Block } from './fetch-l2-block.ts'
import { ForkWatch } from './fork-watch.ts'
import { guardedBy } from './guarded-client.ts'
import type { EngineMetrics } from './metrics.ts'
import { PayloadTail } from './payload-tail.ts'
import { perform } from './perform.ts'
import { ProgressLog, progressPeriodMs } from './progress-log.ts'
import type { EnginePorts } from './ports.ts'
import { step } from './step.ts'
import { waitOf } from './wait.ts'

/** What of a service the engine is given. */
export interface EngineContext extends Pick<
  Service<unknown>,
  'bus' | 'clock' | 'signal' | 'log' | 'status'
> {
  readonly lease: Lease
  /** Name of this process. */
  readonly instance: string
  readonly metrics: EngineMetrics
}

/** The execution client is told its heads as often, if nothing else told it. */
const heartbeatMs = 4_000

/** The one writer of the L2 chain: it alone speaks to the execution client. Ends when the signal is aborted. */
export async function runEngine(context: EngineContext, ports: EnginePorts): Promise<void> {
  const { bus, clock, lease, metrics, signal, status } = context
  const executionClient = guardedBy(lease, ports.executionClient)
  const payloadTail = new PayloadTail(bus)
  const owner = bus.own(engineChain)
  const guarded = { ...ports, executionClient }
  const forkWatch = new ForkWatch({ ...context, ports: guarded })
  const traces = new KeptTraces(bus.tracing)
  const means = { ...context, ports: guarded, owner, payloadTail, forkWatch, traces }
  const progress = new ProgressLog(context.log)
  let chain: Chain | undefined
  const served = bus.serve(fetchL2BlockCall, (request) => fetchL2Block(request, chain, ports))
  const started: Source<EngineEvent> = (sink) => {
    void sink.push({ kind: 'started' })
    return () => served.stop()
  }
  const sources: Source<EngineEvent>[] = [
    started,
    serving(bus, applyAttributes, (request, responder) => {
      traces.keep(request.sequence)
      return { kind: 'apply-called', request, responder }
    }),
    serving(bus, reset, (request, responder) => ({ kind: 'reset-called', request, responder })),
    following(bus, derivationTargets, (targets) => ({ kind: 'targets-seen', targets })),
    payloadTail.source,
    ticking(clock, heartbeatMs, () => ({ kind: 'heartbeat' })),
    () => every(clock, progressPeriodMs, () => progress.tell(chain)),
    () => every(clock, heartbeatMs, () => void forkWatch.tick()),
  ]
  await runActor<EngineState, EngineEvent, EngineEffect>({
    state: { ...firstState, isElSyncing: ports.sync.mode === 'el' },
    step: (state, event) => {
      const stepped = step(state, event)
      const [next] = stepped
      metrics.payloadsQueued(next.payloads)
      const wait = waitOf(next)
      if (wait === undefined) status.goOn()
      else status.waitFor(wait.what, wait.next)
      return stepped
    },
    inbox: new Inbox(sources, { bus, signal }),
    perform: (effect) => {
      if (effect.kind === 'write-chain') ({ chain } = effect)
      if (effect.kind === 'report-failure' && effect.failure.code === 'engine-unreachable')
        forkWatch.expire()
      return perform(effect, means)
    },
  })
}
