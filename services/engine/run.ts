import { join } from 'node:path'
import type * as z from 'zod'
import {
  applyAttributes,
  derivationTargets,
  engineChain,
  fetchL2Block,
  postPayload,
  reset,
} from '#messages/subjects.ts'
import { openExecutionClient } from '#engine-api/open-client.ts'
import { endpointLog } from '#l1/endpoint-log.ts'
import { L1Headers } from '#l1/l1-headers.ts'
import { every } from '#runtime/clock.ts'
import { loadServiceConfig } from '#runtime/settings/chain-settings.ts'
import { runActor } from '#service/actor.ts'
import { Inbox, type Source } from '#service/inbox.ts'
import { KeptTraces } from '#service/kept-traces.ts'
import type { ServiceMain } from '#service/service.ts'
import { following, OpenCalls, serving, ticking } from '#service/sources.ts'
import { buildingSources } from './building/building-sources.ts'
import { answerBlock } from './client/answer-block.ts'
import { ForkWatch } from './client/fork-watch.ts'
import { paceForkchoices } from './client/forkchoice-pace.ts'
import { guardedBy } from './client/guarded-client.ts'
import type { config as settingsSchema } from './config.ts'
import { prefixFor, servingPrefixes } from './flashblocks/find-prefix.ts'
import { openFlashblockStore } from './flashblocks/flashblock-store.ts'
import { FlashblockTail } from './flashblocks/flashblock-tail.ts'
import { KeptFlashblocks } from './flashblocks/kept-flashblocks.ts'
import { createMetrics } from './metrics.ts'
import { PayloadTail } from './payloads/payload-tail.ts'
import { createPerform } from './perform.ts'
import type { Context, Ports } from './ports.ts'
import { ProgressLog, progressPeriodMs } from './reports/progress-log.ts'
import { type Effect, type Event, initialState, type State } from './state.ts'
import { step } from './step.ts'
import { waitOf } from './waits.ts'

/** Period of the heartbeat, which repeats the forkchoice unless one was sent since the last heartbeat. */
const heartbeatMs = 4_000

/** Starts the service with the ports that its settings name. */
export const start: ServiceMain<z.output<typeof settingsSchema>> = async (service) => {
  const { clock, lease, log, settings, signal } = service
  const config = await loadServiceConfig(settings)
  if (lease === undefined) throw new Error('the engine needs a lease')
  const metrics = createMetrics(service.metrics)
  const client = await openExecutionClient({
    ...settings,
    config,
    clock,
    onCall: (method, ms) => metrics.called(method, ms),
    onSecretProblem: (problem) => {
      if (problem === undefined) log.info('the JWT secret file can be used again')
      else
        log.warn(
          { reason: problem.message },
          'the JWT secret file cannot be used; the last secret stays',
        )
    },
    signal,
  })
  const { elSyncSafeOffsetSeconds, instance, syncMode } = settings
  const sync = { mode: syncMode, safeOffsetSeconds: BigInt(elSyncSafeOffsetSeconds) }
  const { executionClient } = client
  const store = openFlashblockStore(
    settings.dataDir && join(settings.dataDir, 'flashblocks.sqlite'),
    config.l2ChainId,
    log,
  )
  let l1: L1Headers | undefined
  try {
    l1 = L1Headers.open(settings, {
      clock,
      chainId: config.l1ChainId,
      signal,
      onFailure: endpointLog(log, clock),
    })
    await run(
      { ...service, lease, metrics, instance },
      { config, executionClient, l1, sync, flashblocks: new KeptFlashblocks(store) },
    )
  } finally {
    store.close()
    await Promise.all([client.close(), l1?.close()])
  }
}

/** Runs the engine, which alone writes the L2 chain and calls the execution client, until the signal is aborted. */
export async function run(context: Context, unguarded: Ports): Promise<void> {
  const { bus, clock, lease, log, metrics, signal, status } = context
  // Forkchoices are delayed outside of the guard of the lease, because the lease may expire during a delay.
  const executionClient = paceForkchoices(guardedBy(lease, unguarded.executionClient), context)
  const ports = { ...unguarded, executionClient }
  const forkWatch = new ForkWatch({ ...context, ports })
  const payloadTail = new PayloadTail(bus)
  const flashblockTail = new FlashblockTail(bus)
  const traces = new KeptTraces(bus.tracing)
  const calls = new OpenCalls()
  const progress = new ProgressLog(log)
  let latest: State = { ...initialState, isElSyncing: ports.sync.mode === 'el' }
  const sources: Source<Event>[] = [
    (sink) => {
      void sink.push({ kind: 'started' })
      return () => undefined
    },
    () => {
      const served = bus.serve(fetchL2Block, (request) =>
        answerBlock(request, latest.chain, unguarded),
      )
      return () => served.stop()
    },
    serving(bus, { call: applyAttributes, calls }, (request, call) => {
      traces.keep(request.sequence)
      return { kind: 'apply-called', request, call }
    }),
    postedPayloads(bus),
    serving(bus, { call: reset, calls }, (request, call) => ({
      kind: 'reset-called',
      request,
      call,
    })),
    ...buildingSources(bus, calls),
    following(bus, derivationTargets, (targets) => ({ kind: 'targets-seen', targets })),
    servingPrefixes(bus, (request) => prefixFor(request, latest, ports)),
    payloadTail.source,
    flashblockTail.source,
    ticking(clock, heartbeatMs, () => ({ kind: 'heartbeat' })),
    () => every(clock, progressPeriodMs, () => progress.update(latest.chain)),
    () => every(clock, heartbeatMs, () => void forkWatch.tick()),
  ]
  const owner = bus.own(engineChain)
  await runActor<State, Event, Effect>({
    state: latest,
    step,
    inbox: new Inbox(sources, { bus, signal }),
    perform: createPerform({
      ...context,
      ports,
      owner,
      payloadTail,
      forkWatch,
      traces,
      calls,
    }),
    observe: (state) => {
      latest = state
      if (state.chain !== undefined) {
        const { number } = state.chain.unsafe
        ports.flashblocks.removeUpTo(number)
        flashblockTail.begin(number)
      }
      metrics.observe(state)
      status.setWait(waitOf(state))
    },
    calls,
  })
}

/** The payloads that operators post. */
function postedPayloads(bus: Context['bus']): Source<Event> {
  return (sink) => {
    const served = bus.serve(postPayload, async ({ payload }) => {
      await sink.push({ kind: 'payload-received', payload })
      return {}
    })
    return () => served.stop()
  }
}
