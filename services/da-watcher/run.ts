import type * as z from 'zod'
import { fetchL1Block, l1Heads, systemConfig } from '#messages/subjects.ts'
import { loadServiceConfig } from '#runtime/settings/chain-settings.ts'
import { runActor } from '#service/actor.ts'
import { Inbox, type Source } from '#service/inbox.ts'
import type { Service } from '#service/service.ts'
import { OpenCalls, serving, ticking } from '#service/sources.ts'
import type { config as settingsSchema } from './config.ts'
import { openL1 } from './l1/open-l1.ts'
import { createMetrics } from './metrics.ts'
import { createPerform } from './perform.ts'
import type { Context, Ports } from './ports.ts'
import { type Event, initialState } from './state.ts'
import { step } from './step.ts'
import { waitOf } from './waits.ts'

/** The safe and the finalized head move once per epoch, so they are polled only at every twelfth poll of the head. */
const finalityPolls = 12

/** Watches L1 until it is stopped: publishes its heads and the unsafe block signer, and serves its blocks. */
export async function run(context: Context, ports: Ports): Promise<void> {
  const { bus, clock, signal, status, metrics } = context
  const { config, l1, pollMs, finalityPollMs = finalityPolls * pollMs } = ports
  const calls = new OpenCalls()
  const tick = (): Event => ({ kind: 'tick', nowMs: clock.monotonicMs() })
  const sources: Source<Event>[] = [
    (sink) => {
      void sink.push(tick())
      return () => undefined
    },
    ticking(clock, pollMs, tick),
    (sink) => {
      const put = sink.slot()
      const stop = l1.onHead?.((head) =>
        put({ kind: 'head-announced', head, nowMs: clock.monotonicMs() }),
      )
      return stop ?? (() => undefined)
    },
    serving(bus, { call: fetchL1Block, calls }, (request, call) => {
      return { kind: 'block-requested', call, request, requestedAtMs: clock.monotonicMs() }
    }),
  ]
  await runActor({
    state: initialState({ config, pollMs, finalityPollMs, endpoints: l1.endpoints }),
    step,
    inbox: new Inbox(sources, { bus, signal }),
    perform: createPerform({
      ...context,
      tracing: bus.tracing,
      l1,
      calls,
      heads: bus.own(l1Heads),
      systemConfig: bus.own(systemConfig),
    }),
    observe: (state) => {
      metrics.observe(state)
      status.setWait(waitOf(state))
    },
    calls,
  })
}

/** Runs da-watcher on the endpoints in its settings. */
export async function start(service: Service<z.output<typeof settingsSchema>>): Promise<void> {
  const { settings, metrics: registry } = service
  const { l1PollMs: pollMs, l1FinalityPollMs: finalityPollMs } = settings
  const config = await loadServiceConfig(settings)
  const metrics = createMetrics(registry)
  const onCacheProblem = (problem: string | undefined) => {
    service.status.notices = problem === undefined ? [] : [problem]
  }
  const context = { ...service, config, metrics, registry, onCacheProblem }
  const { l1, close } = openL1(settings, context)
  try {
    await run({ ...service, metrics }, { l1, config, pollMs, finalityPollMs })
  } finally {
    await close()
  }
}
