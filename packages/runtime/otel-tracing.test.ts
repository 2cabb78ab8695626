import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { context, propagation, trace } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import type { SafeAt } from '#messages/safe-at.ts'
import { derivationTargets, fetchL1Block, l1Heads, safeAt, safeHeadAt } from '#messages/subjects.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { Address } from '#protocol/primitives.ts'
import { BusWorld } from '#test/fakes/bus-world.ts'
import { headsAt, safeEntry } from '#test/fakes/values.ts'
import { runActor, type Step } from '#service/actor.ts'
import { noTracing, type Tracing } from './tracing.ts'
import { Inbox, type Source } from '#service/inbox.ts'
import { KeptTraces } from '#service/kept-traces.ts'
import { following, tailing } from '#service/sources.ts'
import { otelTracing } from './otel-tracing.ts'

const exporter = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
provider.register()
after(async () => {
  await provider.shutdown()
  for (const api of [context, propagation, trace]) api.disable()
})

const batcherAddress = `0x${'ba'.repeat(20)}` as Address

beforeEach(() => exporter.reset())

/** Runs a derivation that receives an L1 head, requests its block, and reports progress: by call, state and log. */
async function runChain(tracing: Tracing): Promise<void> {
  const world = await BusWorld.provisioned()
  world.tracing = tracing
  const { bus: daWatcher } = await world.join('da-watcher')
  const { bus: derivation } = await world.join('derivation')
  const { bus: rpc } = await world.join('rpc')
  const ended = new AbortController()
  const { signal } = ended
  const targets = derivation.own(derivationTargets)
  daWatcher.serve(fetchL1Block, async () => ({ kind: 'not-found' }))
  const actor = runActor({
    state: undefined,
    step: (state, l1: L1BlockRef) => [state, l1],
    inbox: new Inbox([following(derivation, l1Heads, ({ head }) => head)], {
      bus: derivation,
      signal,
    }),
    perform: async (currentL1) => {
      const block = { kind: 'number', number: currentL1.number } as const
      const request = { block, parentHash: undefined, batcherAddress }
      await derivation.call(fetchL1Block, request, { deadlineMs: 1_000 })
      await targets.write({ finalized: undefined, currentL1, generation: 1n, version: 1n })
      await derivation.append(safeAt, safeEntry(currentL1.number))
      return []
    },
  })
  rpc.follow(derivationTargets, () => undefined)
  // rpc makes a call for each entry of the log, so the trace continues through the entry.
  const asking = runActor({
    state: undefined,
    step: (state, entry: SafeAt) => [state, entry],
    inbox: new Inbox([tailing(rpc, { log: safeAt, from: 5n }, (entry) => entry)], {
      bus: rpc,
      signal,
    }),
    perform: async ({ l1 }) => {
      const request = { kind: 'l1-number', number: l1.number } as const
      await rpc.call(safeHeadAt, request, { deadlineMs: 1_000 })
      return []
    },
  })
  derivation.serve(safeHeadAt, async () => ({ kind: 'not-yet' }))
  await world.pass(10)
  const heads = daWatcher.own(l1Heads)
  await trace.getTracer('test').startActiveSpan('poll L1', async (span) => {
    await world.settle(heads.write(headsAt(5)))
    span.end()
  })
  await world.pass(100)
  ended.abort()
  await Promise.all([actor, asking])
}

test('one trace follows a message through actors, calls, states and logs', async () => {
  await runChain(otelTracing)
  const spans = exporter.getFinishedSpans()
  const nameOf = new Map(spans.map((span) => [span.spanContext().spanId, span.name]))
  const seen = spans.map(({ name, parentSpanContext }) => {
    return `${nameOf.get(parentSpanContext?.spanId ?? '') ?? 'nothing'} → ${name}`
  })
  assert.deepEqual(seen.toSorted(), [
    'da-watcher.l1-heads → da-watcher.fetch-l1-block',
    'da-watcher.l1-heads → derivation.safe-at',
    'da-watcher.l1-heads → derivation.targets',
    'derivation.safe-at → derivation.safe-head-at',
    'nothing → poll L1',
    'poll L1 → da-watcher.l1-heads',
  ])
  assert.equal(new Set(spans.map((span) => span.spanContext().traceId)).size, 1)
})

test('work on a queued item continues the trace in which the item arrived', async () => {
  const ended = new AbortController()
  const traces = new KeptTraces(otelTracing)
  const step: Step<undefined, string, string> = (state, event) => {
    // The second event starts the work on the item that arrived first.
    if (event === 'second') return [state, 'work on 1']
    return event === 'done' ? [state, 'tell'] : [state]
  }
  const came: Source<string> = (sink) => {
    otelTracing.begin('first', () => {
      traces.keep(1n)
      void sink.push('first')
    })
    otelTracing.begin('second', () => void sink.push('second'))
    return () => undefined
  }
  await runActor({
    state: undefined,
    step,
    inbox: new Inbox([came], { bus: { tracing: otelTracing }, signal: ended.signal }),
    perform: (effect) => {
      if (effect === 'work on 1')
        return traces.continue(1n, () => ({ later: Promise.resolve(['done']) }))
      trace.getTracer('test').startSpan('reported').end()
      ended.abort()
      return []
    },
  })
  const spans = exporter.getFinishedSpans()
  const spanOf = (name: string) => spans.find((span) => span.name === name)
  assert.equal(spanOf('reported')?.parentSpanContext?.spanId, spanOf('first')?.spanContext().spanId)
})

test('without tracing, messages carry no span, and no span is recorded', async () => {
  await runChain(noTracing)
  const names = exporter.getFinishedSpans().map(({ name }) => name)
  assert.deepEqual(names, ['poll L1'])
  assert.equal(noTracing.headers(), undefined)
})
