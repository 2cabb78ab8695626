import type * as z from 'zod'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { derivationTargets, engineChain, l1Heads, safeHeadAt } from '#messages/subjects.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { Pipeline } from '#protocol/pipeline/pipeline.ts'
import { every } from '#runtime/clock.ts'
import { Fault, toError } from '#runtime/fault.ts'
import { isUnusableFile } from '#runtime/sqlite.ts'
import { loadServiceConfig } from '#runtime/settings/chain-settings.ts'
import { l1ChainConfigWarnings } from '#runtime/settings/rollup-config-files.ts'
import { runActor } from '#service/actor.ts'
import { Inbox, type Source } from '#service/inbox.ts'
import { KeptTraces } from '#service/kept-traces.ts'
import type { ServiceMain } from '#service/service.ts'
import { following, ticking } from '#service/sources.ts'
import { Calls } from './calls/calls.ts'
import type { config as settingsOfDerivation } from './config.ts'
import { HistoryCopy } from './history/history-copy.ts'
import { onHistoryDisk } from './history/history-disk.ts'
import { startEmpty, openHistory } from './history/open-history.ts'
import { TargetsWriter } from './history/targets-writer.ts'
import { createMetrics } from './metrics.ts'
import { createPerform } from './perform.ts'
import { missingBatches, progressText } from './session/batch-progress.ts'
import type { Context, Ports } from './ports.ts'
import { type Event, initialState, type State } from './state.ts'
import { step } from './step.ts'
import { waitOf } from './waits.ts'

const tickMs = 250

/** Interval at which the progress is shown. */
const progressMs = 1_000

/** Interval at which the progress is logged while the safe head does not move. */
const stalledMs = 60_000

/** Interval at which derivation checks whether the bus still has the copy of the safe-head history. */
const copyCheckMs = 1_000

/** Opens the safe-head history in the folder that the settings name, and runs derivation with it. */
export const start: ServiceMain<z.output<typeof settingsOfDerivation>> = async (service) => {
  const { log, settings, metrics } = service
  const { dataDir, verifierL1Confirmations } = settings
  const config = await loadServiceConfig(settings)
  for (const warning of await l1ChainConfigWarnings(settings.l1ChainConfig)) log.warn(warning)
  const path = join(dataDir, 'safe-heads.sqlite')
  const history = await onHistoryDisk(service, () => {
    mkdirSync(dataDir, { recursive: true })
    return openHistory({ path, chainId: config.l2ChainId, log })
  })
  let damage: unknown
  try {
    await run(
      { ...service, metrics: createMetrics(metrics) },
      { config, confirmations: BigInt(verifierL1Confirmations), history },
    )
  } catch (error) {
    if (isUnusableFile(error)) damage = error
    throw error
  } finally {
    history.close()
    // After a restart derivation continues with a new file.
    if (damage !== undefined) startEmpty(damage, { path, log })
  }
}

/**
 * Derives the safe chain from L1 until `signal` is aborted. Sends the engine one set of attributes at a time.
 *
 * @throws Fault `unsupported-chain` if the chain cannot be derived
 */
export async function run(context: Context, ports: Ports): Promise<void> {
  const { bus, clock, signal } = context
  const { config, confirmations, history } = ports
  const { makePipeline = (options) => new Pipeline(options) } = ports
  refuseUnsupported(config, BigInt(clock.now()) / 1_000n)
  let latest: State = { ...initialState, nowMs: clock.monotonicMs(), confirmations }
  const calls = new Calls(context)
  const copy = new HistoryCopy(bus, history)
  const targets = new TargetsWriter(bus.own(derivationTargets), bus.tracing)
  const traces = new KeptTraces(bus.tracing)
  const sources: Source<Event>[] = [
    (sink) => {
      const served = bus.serve(safeHeadAt, async (request) => {
        try {
          return history.at(request)
        } catch (error) {
          // A damaged file is replaced at the next start.
          if (isUnusableFile(error)) sink.fail(toError(error))
          throw error
        }
      })
      return () => served.stop()
    },
    ticking(clock, tickMs, () => ({ kind: 'tick', nowMs: clock.monotonicMs() })),
    following(bus, engineChain, (chain) => ({ kind: 'chain-seen', chain })),
    following(bus, l1Heads, (heads) => {
      traces.keep(heads.head.number)
      return { kind: 'heads-seen', heads }
    }),
    checkingCopy(context, copy),
    reportingProgress(context, config, () => latest),
  ]
  await runActor({
    state: latest,
    step: step({ config, makePipeline }),
    inbox: new Inbox(sources, { bus, signal }),
    perform: createPerform({ context, config, calls, history, copy, targets, traces }),
    observe: (state) => {
      latest = state
      observe(state, context)
    },
  })
}

/**
 * Throws for a chain with interop peers once Lagoon is active: from then on, the blocks of this chain depend on blocks
 * of its peers.
 */
function refuseUnsupported(config: RollupConfig, now: bigint): void {
  if (!config.hasInteropPeers || !isActive(config, 'lagoon', now)) return
  throw new Fault('unsupported-chain', {
    detail: 'from Lagoon on, a chain whose dependency set has other chains cannot be derived alone',
  })
}

function observe(state: State, { status, metrics }: Context): void {
  status.setWait(waitOf(state))
  metrics.progressed(state.targets)
}

/** Shows the progress in the status, and logs it while the safe head does not move. */
function reportingProgress(
  { clock, log, status }: Context,
  config: RollupConfig,
  latest: () => State,
): Source<never> {
  let logged: { readonly safe: bigint; readonly atMs: number } | undefined
  return () =>
    every(clock, progressMs, () => {
      const state = latest()
      const progress = progressText(state)
      status.progress = progress
      const missing = missingBatches(state, config)
      status.notices = missing === undefined ? [] : [missing]
      const safe = state.chain?.safe.number
      if (progress === undefined || safe === undefined) return
      const nowMs = clock.monotonicMs()
      if (logged?.safe !== safe) logged = { safe, atMs: nowMs }
      else if (nowMs - logged.atMs >= stalledMs) {
        logged = { safe, atMs: nowMs }
        log.info({ safe: String(safe), reason: missing ?? progress }, 'the safe head stands still')
      }
    })
}

/** Checks the copy on the bus periodically. Emits no events, because decisions do not depend on the copy. */
function checkingCopy({ clock }: Context, copy: HistoryCopy): Source<never> {
  return (sink) =>
    every(clock, copyCheckMs, () => {
      copy.check().catch((error: unknown) => sink.fail(toError(error)))
    })
}
