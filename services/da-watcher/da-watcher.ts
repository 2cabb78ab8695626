import type { FetchL1BlockRequest, FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import { fetchL1Block, l1Heads, systemConfig } from '#messages/subjects.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { runActor } from '#service/actor.ts'
import { isFault } from '#runtime/fault.ts'
import { Inbox, type Source } from '#service/inbox.ts'
import { ticking } from '#service/sources.ts'
import { answerOf, batchersOf } from './answer.ts'
import type { DaWatcherContext } from './context.ts'
import type { L1Source } from './l1-source.ts'
import type { AnswerOutcome } from './metrics.ts'
import { type Means, perform } from './perform.ts'
import { type DaWatcherEvent, initialState, step } from './step.ts'
import { failureOf, Waits } from './waits.ts'

/** The world that da-watcher looks at. */
export interface DaWatcherPorts {
  readonly l1: L1Source
  readonly config: RollupConfig
  /** How often the heads are asked for, announced or not. */
  readonly pollMs: number
}

/** Watches L1 until it is told to stop: states its heads and who signs unsafe blocks, and serves its blocks. */
export async function runDaWatcher(
  context: DaWatcherContext,
  ports: DaWatcherPorts,
): Promise<void> {
  const { bus, clock, signal, status } = context
  const { l1, pollMs } = ports
  const waits = new Waits(status, {
    next: `asks again each ${pollMs} ms, and whenever a block is wanted`,
    monotonicMs: () => clock.monotonicMs(),
  })
  const means: Means = {
    ...context,
    tracing: bus.tracing,
    l1,
    waits,
    heads: bus.own(l1Heads),
    systemConfig: bus.own(systemConfig),
  }
  const served = bus.serve(fetchL1Block, (request) => serveBlock(request, means, ports))
  const sources: Source<DaWatcherEvent>[] = [
    ticking(clock, pollMs, () => ({ kind: 'tick' })),
    (sink) => {
      // Not each period from now, but now.
      const put = sink.slot()
      put({ kind: 'head-announced' })
      return l1.onHead?.(() => put({ kind: 'head-announced' })) ?? (() => undefined)
    },
  ]
  try {
    await runActor({
      state: initialState,
      step,
      inbox: new Inbox(sources, { bus, signal }),
      perform: (effect) => perform(effect, means),
    })
  } finally {
    served.stop()
  }
}

async function serveBlock(
  request: FetchL1BlockRequest,
  { l1, clock, metrics, waits, log }: Means,
  { config }: DaWatcherPorts,
): Promise<FetchL1BlockResponse> {
  const startMs = clock.monotonicMs()
  const about = request.block.kind === 'hash' ? request.block.hash : String(request.block.number)
  let outcome: AnswerOutcome = 'failed'
  try {
    const block = await l1.fetchBlock(request)
    const batchers = block === undefined ? new Set<never>() : batchersOf(request, block, config)
    const answer = answerOf(request, block, batchers)
    outcome = answer.kind
    waits.goOn('block', about)
    return answer
  } catch (error) {
    if (isFault(error) && waits.waitFor('block', failureOf(error), about))
      log.warn({ error }, 'an L1 block cannot be had')
    throw error
  } finally {
    metrics.answered(outcome, (clock.monotonicMs() - startMs) / 1_000)
  }
}
