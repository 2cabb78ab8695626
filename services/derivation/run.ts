import { derivationTargets, engineChain, l1Heads, safeHeadAt } from '#messages/subjects.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { Pipeline, type PipelineOptions } from '#protocol/pipeline/pipeline.ts'
import { runActor } from '#service/actor.ts'
import { every } from '#runtime/clock.ts'
import { Fault, toError } from '#runtime/fault.ts'
import { Inbox, type Source } from '#service/inbox.ts'
import { KeptTraces } from '#service/kept-traces.ts'
import { following, ticking } from '#service/sources.ts'
import type { DerivationContext } from './ports.ts'
import type { DerivationEffect, DerivationEvent, DerivationState } from './state.ts'
import { HistoryCopy } from './history/history-copy.ts'
import { type Means, perform } from './perform.ts'
import type { SafeHeadHistory } from './history/safe-head-history.ts'
import { createStep, initialState } from './step.ts'
import { TargetsWriter } from './history/targets-writer.ts'

/** What derivation is given of the world outside. */
export interface DerivationPorts {
  readonly config: RollupConfig
  /** Blocks that L1 must have on top of one before it is read. */
  readonly confirmations: bigint
  readonly history: SafeHeadHistory
  /** Left out: the pipeline as it should be. */
  readonly makePipeline?: (options: PipelineOptions) => Pipeline
}

const tickMs = 250

/** How often the bus's copy of the history is looked at. */
const lookMs = 1_000

/**
 * Derives the safe chain: L1 blocks in, attributes out, one set in flight; until `signal` is aborted.
 *
 * @throws Fault `unsupported-chain` if it cannot be derived
 */
export async function runDerivation(
  context: DerivationContext,
  ports: DerivationPorts,
): Promise<void> {
  const { bus, clock, signal } = context
  const { config, confirmations, history } = ports
  refuseUnsupported(config, BigInt(clock.now()) / 1_000n)
  const copy = new HistoryCopy(bus, history)
  const targets = new TargetsWriter(bus.own(derivationTargets), bus.tracing)
  const traces = new KeptTraces(bus.tracing)
  const means: Means = { context, config, history, copy, targets, traces, sent: { atMs: 0 } }
  bus.serve(safeHeadAt, async (request) => history.at(request))
  const makePipeline = ports.makePipeline ?? ((options) => new Pipeline(options))
  const sources: Source<DerivationEvent>[] = [
    ticking(clock, tickMs, () => ({ kind: 'tick', nowMs: clock.monotonicMs() })),
    following(bus, engineChain, (chain) => ({ kind: 'chain-seen', chain })),
    following(bus, l1Heads, (heads) => {
      traces.keep(heads.head.number)
      return { kind: 'heads-seen', heads }
    }),
    looking(context, copy),
  ]
  await runActor<DerivationState, DerivationEvent, DerivationEffect>({
    state: { ...initialState, nowMs: clock.monotonicMs() },
    step: createStep({ config, confirmations, makePipeline }),
    inbox: new Inbox(sources, { bus, signal }),
    perform: (effect) => perform(effect, means),
  })
}

/** From Lagoon on, blocks of a chain with peers depend on those of the peers: it has to follow a node that has them all. */
function refuseUnsupported(config: RollupConfig, now: bigint): void {
  if (!config.hasInteropPeers || !isActive(config, 'lagoon', now)) return
  throw new Fault('unsupported-chain', {
    detail:
      'from Lagoon on, a chain whose dependency set has other chains cannot be derived alone; see lagoon_time and --dependency-set',
  })
}

/** Not an event: it is of no concern to what is derived. */
function looking({ clock }: DerivationContext, copy: HistoryCopy): Source<never> {
  return (sink) =>
    every(clock, lookMs, () => {
      copy.look().catch((error: unknown) => sink.fail(toError(error)))
    })
}
