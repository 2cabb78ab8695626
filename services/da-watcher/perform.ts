import type { L1Heads } from '#messages/l1-heads.ts'
import type { SystemConfigUpdate } from '#messages/system-config-update.ts'
import { idOf, type L1BlockRef } from '#protocol/block/refs.ts'
import type { Owner } from '#bus/bus.ts'
import { isFault } from '#runtime/fault.ts'
import type { Tracing } from '#runtime/tracing.ts'
import type { Performed } from '#service/actor.ts'
import type { OpenCalls } from '#service/sources.ts'
import type { AnswerOutcome } from './metrics.ts'
import type { Context, HeadQuery, L1 } from './ports.ts'
import type { BlockCall, Effect, Event } from './state.ts'
import { failureOf } from './waits.ts'

/** Dependencies for carrying out effects. */
export interface Dependencies extends Pick<Context, 'clock' | 'log' | 'metrics'> {
  readonly tracing: Tracing
  readonly l1: L1
  readonly heads: Owner<L1Heads>
  readonly systemConfig: Owner<SystemConfigUpdate>
  readonly calls: OpenCalls
}

/** Returns the function that carries out effects. The actor does not wait for L1. The results become events. */
export function createPerform(dependencies: Dependencies) {
  const { calls, heads, l1, log, metrics, systemConfig, tracing } = dependencies
  return async (effect: Effect): Promise<Performed<Event>> => {
    switch (effect.kind) {
      case 'read-heads':
        return { later: readHeads(effect.query, dependencies) }
      case 'read-signer':
        return { later: readSigner(effect.at, dependencies) }
      case 'fetch-block':
        return { later: fetchBlock(effect, dependencies) }
      case 'write-heads':
        // Starts the trace that ends at the safe head.
        await tracing.begin('da-watcher.new-head', () => heads.write(effect.heads))
        log.debug({ l1: idOf(effect.heads.head) }, 'L1 heads moved')
        return []
      case 'write-system-config': {
        const { at, unsafeBlockSigner } = effect.update
        await systemConfig.write(effect.update)
        log.info({ signer: unsafeBlockSigner, l1: idOf(at) }, 'unsafe block signer')
        return []
      }
      case 'answer':
        noteAnswer(effect, effect.response.kind, dependencies)
        calls.answer(effect)
        return []
      case 'refuse':
        noteAnswer(effect, 'failed', dependencies)
        calls.refuse(effect.call, effect.fault)
        return []
      case 'mark-final':
        l1.markFinal(effect.block)
        return []
      case 'note-lag':
        l1.noteLag(effect.endpoint, effect.blocks)
        return []
      case 'report-lag': {
        const { endpoint, blocks } = effect
        log.warn({ endpoint, blocks: Number(blocks) }, 'an L1 endpoint is behind')
        return []
      }
      case 'report-reorg': {
        const { from, to, depth } = effect
        metrics.reorganised(depth)
        log.warn({ from: idOf(from), l1: idOf(to), depth: Number(depth) }, 'L1 was reorganised')
        return []
      }
      case 'report-failure': {
        const { fault, reason } = effect.failure
        log.warn(
          fault === undefined ? { reason } : { error: fault },
          `waits for L1: ${effect.topic}`,
        )
        return []
      }
    }
  }
}

async function readHeads(query: HeadQuery, { l1, clock }: Dependencies): Promise<readonly Event[]> {
  const { answers, fault } = await l1.readHeads(query)
  const failure = failureOf(fault)
  if (fault !== undefined && failure === undefined) throw fault
  return [{ kind: 'heads-read', answers, failure, nowMs: clock.monotonicMs() }]
}

async function readSigner(at: L1BlockRef, { l1, clock }: Dependencies): Promise<readonly Event[]> {
  try {
    return [{ kind: 'signer-read', at, signer: await l1.fetchUnsafeBlockSigner(at) }]
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    return [{ kind: 'signer-failed', failure, nowMs: clock.monotonicMs() }]
  }
}

async function fetchBlock(
  { kind: _, ...fetch }: Extract<Effect, { kind: 'fetch-block' }>,
  { l1, clock }: Dependencies,
): Promise<readonly Event[]> {
  try {
    const block = await l1.fetchBlock(fetch.request, fetch.lookup)
    return [{ kind: 'block-fetched', ...fetch, block, nowMs: clock.monotonicMs() }]
  } catch (fault) {
    if (!isFault(fault)) throw fault
    const failure = failureOf(fault)
    return [{ kind: 'block-failed', ...fetch, fault, failure, nowMs: clock.monotonicMs() }]
  }
}

function noteAnswer(
  { requestedAtMs }: BlockCall,
  outcome: AnswerOutcome,
  { clock, metrics }: Dependencies,
): void {
  metrics.answered(outcome, (clock.monotonicMs() - requestedAtMs) / 1_000)
}
