import type * as z from 'zod'
import type { FlashblockSlots } from '#messages/start-building.ts'
import { controlSequencer, engineChain, l1Heads } from '#messages/subjects.ts'
import { Fault } from '#runtime/fault.ts'
import { loadServiceConfig } from '#runtime/settings/chain-settings.ts'
import { runActor } from '#service/actor.ts'
import { Inbox, type Source } from '#service/inbox.ts'
import type { ServiceMain } from '#service/service.ts'
import { following, OpenCalls, serving, ticking } from '#service/sources.ts'
import { Prefetch } from './building/prefetch.ts'
import { BlockPreparer } from './building/prepare-block.ts'
import { ForeignBuilds } from './builders/foreign-builds.ts'
import { openBuilder } from './builders/open-builder.ts'
import { blockReader } from './builders/read-block.ts'
import { openConductor } from './conductor/open-conductor.ts'
import type { config as settingsSchema } from './config.ts'
import { openActivityFile } from './disk/activity-file.ts'
import { openSealedFile } from './disk/sealed-file.ts'
import { createMetrics } from './metrics.ts'
import { createPerform, leads, momentOf } from './perform.ts'
import type { Context, Ports } from './ports.ts'
import { type Effect, type Event, initialState, type State } from './state.ts'
import { step } from './step.ts'
import { waitOf } from './waits.ts'

/** Period of the check for due work, in case a timer fired early or the clock was set. */
const tickMs = 1_000

/** Starts the service with the ports that its settings name. */
export const start: ServiceMain<z.output<typeof settingsSchema>> = async (service) => {
  const { clock, lease, log, settings } = service
  if (lease === undefined) throw new Error('the sequencer needs a lease')
  const config = await loadServiceConfig(settings)
  const { conductorRpcTimeoutMs: timeoutMs, conductorRpcUrl: url, dataDir } = settings
  const { sequencerStateFile: stateFile } = settings
  const flashblocks = flashblockSlots(settings)
  requireOwnBlocks(settings, flashblocks)
  const readBlock = blockReader(service.bus)
  const builderContext = { config, clock, log, readBlock, signal: service.signal }
  const foreign = await openBuilder(settings, builderContext)
  const opened = url === undefined ? undefined : openConductor({ url, timeoutMs, clock })
  try {
    await run(
      { ...service, lease, metrics: createMetrics(service.metrics) },
      {
        config,
        conductor: opened?.conductor,
        foreign: foreign && { builder: foreign.builder, timeoutMs: settings.builderTimeoutMs },
        activityFile: stateFile === undefined ? undefined : openActivityFile(stateFile),
        // With op-conductor, the log of the conductors keeps the block.
        sealedFile:
          dataDir === undefined || opened !== undefined ? undefined : openSealedFile(dataDir, log),
        settings: {
          isStopped: settings.sequencerStopped,
          isRecovering: settings.sequencerRecover,
          confirmationDepth: BigInt(settings.sequencerL1Confs),
          maxSafeLag: BigInt(settings.sequencerMaxSafeLag),
          sealingMs: settings.sequencerSealingMs,
          flashblocks,
        },
      },
    )
  } finally {
    await foreign?.close()
    await opened?.close()
  }
}

/** @throws Fault `settings` if a builder could replace a block of which flashblocks are public */
function requireOwnBlocks(
  {
    builderModule,
    builderUrl,
  }: Pick<z.output<typeof settingsSchema>, 'builderModule' | 'builderUrl'>,
  flashblocks: FlashblockSlots | undefined,
): void {
  if (flashblocks === undefined || (builderModule ?? builderUrl) === undefined) return
  const detail =
    '--flashblock-interval-ms and --builder-module or --builder-url exclude each other: the block of a builder would not have the flashblocks that were published'
  throw new Fault('settings', { detail })
}

/** When flashblocks are made; undefined if there are none. */
function flashblockSlots({
  flashblockEndBufferMs: endBufferMs,
  flashblockIntervalMs: intervalMs,
}: Pick<z.output<typeof settingsSchema>, 'flashblockEndBufferMs' | 'flashblockIntervalMs'>):
  FlashblockSlots | undefined {
  return intervalMs === 0 ? undefined : { intervalMs, endBufferMs, sendOffsetMs: 0 }
}

/** Makes the blocks of the L2 chain while it is started, until the signal is aborted. */
export async function run(context: Context, ports: Ports): Promise<void> {
  const { bus, clock, log, metrics, signal, status } = context
  const { activityFile, conductor, config, sealedFile, settings } = ports
  const { confirmationDepth, flashblocks } = settings
  const hasConductor = conductor !== undefined
  const wasStarted = await activityFile?.load()
  // op-conductor starts the sequencer of its leader.
  const isActive = !hasConductor && (wasStarted ?? !settings.isStopped)
  const sealed = await sealedFile?.load()
  const preparer = new BlockPreparer(context, {
    config,
    confirmationDepth,
    flashblocks,
    leads: () => leads(conductor),
  })
  const prefetch = new Prefetch(preparer.origins, context)
  const foreign = foreignBuilds(context, ports)
  const calls = new OpenCalls()
  const moment = () => momentOf(context)
  const first = initialState(
    { ...settings, blockTime: config.blockTime, hasConductor },
    { isActive, sealed, nowMs: clock.now() },
  )
  log.info(
    isActive
      ? 'the sequencer is started'
      : 'the sequencer is stopped, and waits for admin_startSequencer',
  )
  const sources: Source<Event>[] = [
    () => {
      const follow = bus.follow(l1Heads, (heads) => prefetch.l1Changed(heads))
      return () => follow.stop()
    },
    following(bus, engineChain, (chain) => ({ kind: 'chain-changed', chain, ...moment() })),
    serving(bus, { call: controlSequencer, calls }, (request, call) => ({
      kind: 'controlled',
      request,
      call,
      ...moment(),
    })),
    ticking(clock, tickMs, () => ({ kind: 'tick', ...moment() })),
  ]
  try {
    await runActor<State, Event, Effect>({
      state: first,
      step,
      inbox: new Inbox(sources, { bus, signal }),
      perform: createPerform({ ...context, ports, calls, preparer, foreign }),
      observe: (state) => {
        metrics.observe(state)
        status.setWait(waitOf(state))
        status.progress = progressOf(state)
        prefetch.observe(state)
        foreign?.follow(state)
      },
      calls,
    })
  } finally {
    // Source: op-node, node/node.go: with op-conductor, a node that was stopped is still stopped after a restart.
    if (hasConductor) await activityFile?.store(false)
  }
}

function foreignBuilds(context: Context, ports: Ports): ForeignBuilds | undefined {
  const { config, foreign, settings } = ports
  const { sealingMs } = settings
  return foreign && new ForeignBuilds(context, { ...foreign, config, sealingMs })
}

function progressOf({ chain, isActive, isRecovering }: State): string | undefined {
  if (!isActive) return 'stopped'
  if (chain === undefined) return undefined
  const mode = isRecovering ? ', in recover mode' : ''
  return `makes block ${chain.unsafe.number + 1n}${mode}`
}
