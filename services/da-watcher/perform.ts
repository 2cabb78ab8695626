import type { L1Heads } from '#messages/l1-heads.ts'
import type { SystemConfigUpdate } from '#messages/system-config-update.ts'
import { idOf, type L1BlockRef } from '#protocol/block/refs.ts'
import type { Performed } from '#service/actor.ts'
import type { Owner } from '#bus/bus.ts'
import type { Tracing } from '#runtime/tracing.ts'
import type { DaWatcherContext } from './context.ts'
import type { L1Source } from './l1-source.ts'
import type { DaWatcherEffect, DaWatcherEvent } from './step.ts'
import { failureOf, type Waits } from './waits.ts'

/** What effects are carried out with. */
export interface Means extends Omit<DaWatcherContext, 'bus' | 'status'> {
  readonly tracing: Tracing
  readonly l1: L1Source
  readonly waits: Waits
  readonly heads: Owner<L1Heads>
  readonly systemConfig: Owner<SystemConfigUpdate>
}

/** Carries out one effect. What asks L1 comes back later, so that nothing waits for a node that is slow. */
export async function perform(
  effect: DaWatcherEffect,
  means: Means,
): Promise<Performed<DaWatcherEvent>> {
  const { log, metrics, tracing, waits } = means
  switch (effect.kind) {
    case 'read-heads':
      return { later: readHeads(means) }
    case 'read-signer':
      return { later: readSigner(effect.at, means) }
    case 'write-heads':
      // Begins the trace that goes on to the safe head.
      await tracing.begin('da-watcher.new-head', () => writeHeads(effect.heads, means))
      return []
    case 'write-system-config': {
      const { at, unsafeBlockSigner } = effect.update
      await means.systemConfig.write(effect.update)
      log.info({ l1: idOf(at), unsafeBlockSigner }, 'unsafe block signer read')
      return []
    }
    case 'note-reorg': {
      const { from, to, depth } = effect
      metrics.reorganised(depth)
      log.warn({ from: idOf(from), l1: idOf(to), depth: Number(depth) }, 'L1 was reorganised')
      return []
    }
    case 'wait':
      if (waits.waitFor(effect.for, effect))
        log.warn({ reason: effect.reason }, `waits for ${effect.for}`)
      return []
    case 'go-on':
      waits.goOn(effect.with)
      return []
  }
}

async function readHeads({ l1, clock }: Means): Promise<readonly DaWatcherEvent[]> {
  try {
    return [{ kind: 'heads-read', heads: await l1.heads(), nowMs: clock.monotonicMs() }]
  } catch (error) {
    return [{ kind: 'heads-failed', ...failureOf(error) }]
  }
}

async function readSigner(at: L1BlockRef, { l1 }: Means): Promise<readonly DaWatcherEvent[]> {
  try {
    return [{ kind: 'signer-read', at, signer: await l1.fetchUnsafeBlockSigner(at) }]
  } catch (error) {
    return [{ kind: 'signer-failed', ...failureOf(error) }]
  }
}

async function writeHeads(value: L1Heads, { heads, metrics, log }: Means): Promise<void> {
  await heads.write(value)
  for (const label of ['head', 'safe', 'finalized'] as const) {
    const ref = value[label]
    if (ref !== undefined) metrics.headMoved(label, ref.number)
  }
  log.debug({ l1: idOf(value.head) }, 'L1 heads moved')
}
