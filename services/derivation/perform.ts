import type { SafeBlock } from '#protocol/batch/batch-verdict.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Performed } from '#service/actor.ts'
import type { KeptTraces } from '#service/kept-traces.ts'
import { type Calls, noBatcher } from './calls/calls.ts'
import { searchFinalized } from './finality/finality.ts'
import type { HistoryCopy } from './history/history-copy.ts'
import { onHistoryDisk } from './history/history-disk.ts'
import type { SafeHeadHistory } from './history/safe-head-history.ts'
import type { TargetsWriter } from './history/targets-writer.ts'
import type { Context } from './ports.ts'
import { fetchStart, findResumePoint } from './start/fetch-start.ts'
import type { Effect, Event } from './state.ts'

/** Limit on L2 blocks fetched at a time. */
const maxL2Fetches = 4

/** Dependencies for carrying out effects. */
interface Dependencies {
  readonly context: Context
  readonly config: RollupConfig
  readonly calls: Calls
  readonly history: SafeHeadHistory
  readonly copy: HistoryCopy
  readonly targets: TargetsWriter
  /** Traces of L1 blocks, by number. */
  readonly traces: KeptTraces
}

type Result = Performed<Event>
type EffectOf<Kind extends Effect['kind']> = Extract<Effect, { kind: Kind }>

/** Returns the function that carries out effects. The actor does not wait for the calls to other services. */
export function createPerform(
  dependencies: Dependencies,
): (effect: Effect) => Promise<Result> | Result {
  const performer = new Performer(dependencies)
  return (effect) => performer.perform(effect)
}

class Performer {
  readonly #dependencies: Dependencies
  /** When the attributes in flight were sent for the first time, in monotonic milliseconds. */
  #sentAtMs = 0

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies
  }

  perform(effect: Effect): Promise<Result> | Result {
    const { context, targets, traces } = this.#dependencies
    const { clock, log, metrics } = context
    switch (effect.kind) {
      case 'begin-session':
        return this.#beginSession(effect)
      case 'fetch-start':
        return this.#fetchStart(effect)
      case 'clear-history':
        return this.#clearHistory()
      case 'fetch-l1':
        traces.ensure(effect.request.number, 'derivation.l1-block')
        return traces.continue(effect.request.number, () => ({ later: this.#fetchL1(effect) }))
      case 'fetch-l2':
        return { later: this.#fetchL2(effect) }
      case 'apply':
        return this.#apply(effect)
      case 'reset':
        return { later: this.#reset(effect) }
      case 'halt': {
        const { reason, detail, head, l1 } = effect
        metrics.halted(reason)
        log.error({ reason, detail, l2: head, l1 }, 'derivation halted')
        return []
      }
      case 'record':
        return this.#record(effect)
      case 'finish-l1':
        return this.#finishL1(effect)
      case 'write-targets':
        return { later: withoutEvents(targets.write(effect.targets)) }
      case 'search-finalized':
        return { later: this.#searchFinalized(effect) }
      case 'count-outcome':
        metrics.applied(effect.outcome, (clock.monotonicMs() - this.#sentAtMs) / 1_000)
        return []
      case 'report-dropped':
        metrics.dropped(effect.event)
        log.debug(effect.event, 'data dropped')
        return []
    }
  }

  #beginSession(effect: EffectOf<'begin-session'>): Promise<Result> {
    const { log, metrics } = this.#dependencies.context
    const { generation, sequence, localSafe } = effect.chain
    metrics.began()
    const place = { generation: String(generation), sequence: String(sequence) }
    log.info({ l2: localSafe, ...place }, 'derivation begins')
    return this.#fetchStart(effect)
  }

  async #clearHistory(): Promise<Result> {
    const { context, history } = this.#dependencies
    await onHistoryDisk(context, () => history.clear())
    context.log.warn({}, 'the safe-head history belongs to another chain, and was cleared')
    return []
  }

  async #record({ entry }: EffectOf<'record'>): Promise<Result> {
    const { context, history } = this.#dependencies
    await onHistoryDisk(context, () => history.record(entry))
    return []
  }

  async #finishL1({ l1, generation }: EffectOf<'finish-l1'>): Promise<Result> {
    const { context, copy, history } = this.#dependencies
    await onHistoryDisk(context, () => history.finish(l1, generation))
    return { later: withoutEvents(copy.copy(l1.number)) }
  }

  /**
   * Reads the start of a session. First brings the safe-head history in line with the chain, because derivation
   * will add entries to this history.
   */
  async #fetchStart({
    session,
    chain,
  }: EffectOf<'begin-session' | 'fetch-start'>): Promise<Result> {
    const { context, config, calls, history } = this.#dependencies
    const begun = await onHistoryDisk(context, () => history.begin(chain))
    const { isCleared, madeSafe, resumePoints } = begun
    if (isCleared)
      context.log.warn({ l2: chain.localSafe }, 'the safe-head history had a gap, and was cleared')
    const found =
      resumePoints.length > 0
        ? findResumePoint(resumePoints, calls, context.log)
        : fetchStart(config, { chain, madeSafe }, calls)
    return { later: found.then((start) => [{ kind: 'start-fetched', session, start }]) }
  }

  async #fetchL1({ session, request }: EffectOf<'fetch-l1'>): Promise<readonly Event[]> {
    const { calls } = this.#dependencies
    const tried = await calls.attempt('l1', calls.l1(request))
    if (tried.kind === 'failed')
      return [{ kind: 'l1-failed', session, request, fault: tried.fault }]
    return [{ kind: 'l1-fetched', session, request, response: tried.value }]
  }

  async #fetchL2({
    session,
    generation,
    from,
    to,
  }: EffectOf<'fetch-l2'>): Promise<readonly Event[]> {
    const { calls } = this.#dependencies
    const blocks: SafeBlock[] = []
    for (let first = from; first <= to; first += BigInt(maxL2Fetches)) {
      const numbers = Array.from({ length: maxL2Fetches }, (_, at) => first + BigInt(at))
      const answers = await Promise.all(
        numbers
          .filter((number) => number <= to)
          .map((number) => {
            const call = calls.l2({ block: { kind: 'number', number }, part: 'payload' })
            return calls.attempt('l2', call)
          }),
      )
      for (const tried of answers) {
        // If blocks below the failed block were fetched, the check of the batch can continue with these blocks.
        if (tried.kind === 'failed' && blocks.length === 0)
          return [{ kind: 'l2-failed', session, fault: tried.fault }]
        if (tried.kind === 'failed') return [{ kind: 'l2-fetched', session, blocks }]
        const answer = tried.value
        const isUsed =
          answer.kind === 'found' &&
          answer.part.kind === 'payload' &&
          answer.generation === generation
        if (!isUsed) return [{ kind: 'l2-fetched', session, blocks }]
        blocks.push({ ref: answer.ref, transactions: answer.part.payload.transactions })
      }
    }
    return [{ kind: 'l2-fetched', session, blocks }]
  }

  async #apply(effect: EffectOf<'apply'>): Promise<Result> {
    const { context, history, traces } = this.#dependencies
    const { request, digest, isRepeat } = effect
    const { hash, number } = request.derivedFrom
    if (isRepeat) context.metrics.resent()
    else {
      const { generation, sequence, concludesBatch } = request
      const derivedFrom = { hash, number }
      const intent = { generation, sequence, digest, derivedFrom, concludesBatch }
      await onHistoryDisk(context, () => history.intend(intent))
      this.#sentAtMs = context.clock.monotonicMs()
    }
    return traces.continue(number, () => ({ later: this.#sendAttributes(effect) }))
  }

  async #sendAttributes({ session, request }: EffectOf<'apply'>): Promise<readonly Event[]> {
    const { calls } = this.#dependencies
    const tried = await calls.attempt('apply', calls.apply(request))
    if (tried.kind === 'failed') return [{ kind: 'apply-failed', session, fault: tried.fault }]
    const answer = tried.value
    // The engine publishes the outcome of accepted attributes in its state.
    if (answer.kind === 'accepted') return []
    return [{ kind: 'apply-refused', session, generation: answer.generation }]
  }

  async #reset({
    session,
    generation,
    reason,
    resumeAt,
    isRepeat,
  }: EffectOf<'reset'>): Promise<readonly Event[]> {
    const { context, calls } = this.#dependencies
    if (!isRepeat) {
      context.metrics.reset(reason)
      context.log.warn({ generation: String(generation), reason }, 'derivation asks for a reset')
    }
    // The engine publishes the new generation in its state.
    const call = calls.reset({ generation, reason, safe: resumeAt })
    const tried = await calls.attempt('reset', call)
    return tried.kind === 'failed' ? [{ kind: 'reset-failed', session, fault: tried.fault }] : []
  }

  async #searchFinalized({ l1, above }: EffectOf<'search-finalized'>): Promise<readonly Event[]> {
    const { calls, history } = this.#dependencies
    const result = await searchFinalized(l1, above, {
      entryAt: (number) => {
        const at = history.at({ kind: 'l1-number', number })
        return at.kind === 'found' ? at.entry : undefined
      },
      canonical: async (number) => {
        const tried = await calls.attempt('finality', calls.canonicalL1(number, noBatcher))
        return tried.kind === 'failed' ? undefined : tried.value.hash
      },
    })
    return [{ kind: 'finalized-searched', result }]
  }
}

async function withoutEvents(work: Promise<void>): Promise<readonly Event[]> {
  await work
  return []
}
