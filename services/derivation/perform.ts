import { applyAttributes, fetchL1Block, fetchL2Block, reset } from '#messages/subjects.ts'
import type { SafeBlock } from '#protocol/batch/batch-verdict.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Address } from '#protocol/primitives.ts'
import type { Performed } from '#service/actor.ts'
import type { Bus } from '#bus/bus.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import type { KeptTraces } from '#service/kept-traces.ts'
import type { DerivationContext } from './ports.ts'
import type { DerivationEffect, DerivationEvent, StartFinding } from './state.ts'
import { seekFinalized } from './finality/finality.ts'
import type { HistoryCopy } from './history/history-copy.ts'
import type { CallName } from './metrics.ts'
import { type L2Source, noBatcher, readStart, type StartRequest } from './start/read-start.ts'
import type { SafeHeadHistory } from './history/safe-head-history.ts'
import type { TargetsWriter } from './history/targets-writer.ts'

/** How long an answer may take. */
const controlDeadlineMs = 2_000
const bulkDeadlineMs = 4_000

/** L2 blocks that are asked for at a time. */
const l2FetchesAtOnce = 4

/** What effects are carried out with. */
export interface Means {
  readonly context: DerivationContext
  readonly config: RollupConfig
  readonly history: SafeHeadHistory
  readonly copy: HistoryCopy
  readonly targets: TargetsWriter
  /** Traces of L1 blocks, by number. */
  readonly traces: KeptTraces
  /** When the attributes in flight were sent first, in monotonic milliseconds. */
  readonly sent: { atMs: number }
}

type Result = Performed<DerivationEvent>
type Effect<Kind extends DerivationEffect['kind']> = Extract<DerivationEffect, { kind: Kind }>

/** Carries out one effect; what waits for another service goes on beside the actor. */
export function perform(effect: DerivationEffect, means: Means): Result {
  const { context, history, copy, targets, traces } = means
  const { log, metrics, status } = context
  switch (effect.kind) {
    case 'begin':
      return begin(effect, means)
    case 'read-start':
      return takeUp(effect, means)
    case 'forget-history':
      history.forget()
      log.warn({}, 'the safe-head history is of another chain, and begins anew')
      return []
    case 'fetch-l1':
      traces.ensure(effect.ask.number, 'derivation.l1-block')
      return traces.continue(effect.ask.number, () => ({ later: fetchL1(effect, means) }))
    case 'fetch-l2':
      return { later: fetchL2(effect, means) }
    case 'apply':
      return traces.continue(effect.request.derivedFrom.number, () => apply(effect, means))
    case 'reset':
      return { later: askForReset(effect, means) }
    case 'halt':
      metrics.halted(effect.reason)
      log.error(
        { reason: effect.reason, detail: effect.detail, l2: effect.head, l1: effect.l1 },
        'derivation cannot go on',
      )
      return []
    case 'record':
      history.record(effect.entry)
      return []
    case 'finish-l1':
      history.finish(effect.l1, effect.generation)
      return { later: silently(copy.copy(effect.l1.number)) }
    case 'write-targets':
      metrics.progressed(effect.targets)
      return { later: silently(targets.write(effect.targets)) }
    case 'seek-finalized':
      return { later: seek(effect, means) }
    case 'took-effect':
      metrics.tookEffect(effect.outcome, (context.clock.monotonicMs() - means.sent.atMs) / 1_000)
      return []
    case 'report-dropped':
      metrics.dropped(effect.event)
      log.debug(effect.event, 'data dropped')
      return []
    case 'tell-wait':
      if (effect.wait === undefined) status.goOn()
      else status.waitFor(effect.wait.what, effect.wait.next)
      return []
  }
}

function begin(effect: Effect<'begin'>, means: Means): Result {
  const { log, metrics } = means.context
  const { generation, sequence, localSafe } = effect.chain
  metrics.began()
  const place = { generation: String(generation), sequence: String(sequence) }
  log.info({ ...place, l2: localSafe }, 'derivation begins')
  return takeUp(effect, means)
}

/** The history comes first: what is derived next is noted on top of it. */
function takeUp({ session, chain }: Effect<'begin'> | Effect<'read-start'>, means: Means): Result {
  const { context, history } = means
  const { isCleared, madeSafe, resumePoints } = history.begin(chain)
  if (isCleared)
    context.log.warn({ l2: chain.localSafe }, 'the safe-head history has a gap, and begins anew')
  const found =
    resumePoints.length > 0 ? resumePoint(resumePoints, context) : start({ chain, madeSafe }, means)
  return { later: found.then((found) => [{ kind: 'start-read', session, start: found }]) }
}

/** The first of these blocks that the execution client has in its chain. */
async function resumePoint(
  points: readonly BlockId[],
  context: DerivationContext,
): Promise<StartFinding> {
  const { bus, log } = context
  for (const { hash, number } of points) {
    const request = { block: { kind: 'number', number }, part: 'ref' } as const
    const call = bus.call(fetchL2Block, request, { deadlineMs: bulkDeadlineMs })
    const tried = await attempt('start', call, context)
    if (tried.kind === 'failed') return { kind: 'failed', error: tried.fault }
    const found = tried.value
    if (found.kind === 'not-found' || found.ref.hash !== hash) continue
    const block = { hash, number }
    log.info({ l2: block }, 'goes back to the newest block that the safe-head history has')
    return { kind: 'resume-at', block }
  }
  return { kind: 'foreign-history' }
}

async function start(request: StartRequest, { context, config }: Means): Promise<StartFinding> {
  const { bus } = context
  try {
    const reading = readStart(config, request, {
      l2Block: (block) => l2Block(bus, block),
      l1Block: (number, batcher) => canonicalL1(bus, number, batcher),
      l1HashAt: async (number) => {
        const found = await askL1(bus, number, noBatcher)
        return found.kind === 'block' ? found.block.hash : undefined
      },
    })
    const tried = await attempt('start', reading, context)
    return tried.kind === 'failed' ? { kind: 'failed', error: tried.fault } : tried.value
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { kind: 'failed', error }
  }
}

async function l2Block(
  bus: Bus,
  block: Parameters<Parameters<typeof readStart>[2]['l2Block']>[0],
): Promise<L2Source> {
  const wanted =
    'hash' in block
      ? ({ kind: 'hash', hash: block.hash } as const)
      : ({ kind: 'number', number: block.number } as const)
  const request = { block: wanted, part: 'payload' } as const
  const found = await bus.call(fetchL2Block, request, { deadlineMs: bulkDeadlineMs })
  const name = wanted.kind === 'hash' ? wanted.hash : wanted.number
  if (found.kind === 'not-found' || found.part.kind !== 'payload')
    throw new Fault('l2-missing', {
      detail: `the execution client does not have block ${name}`,
    })
  return { ref: found.ref, payload: found.part.payload }
}

function askL1(bus: Bus, number: bigint, batcherAddress: Address) {
  const block = { kind: 'number', number } as const
  const request = { block, parentHash: undefined, batcherAddress }
  return bus.call(fetchL1Block, request, { deadlineMs: bulkDeadlineMs })
}

async function canonicalL1(bus: Bus, number: bigint, batcherAddress: Address) {
  const found = await askL1(bus, number, batcherAddress)
  if (found.kind === 'block') return found.block
  throw new Fault('l1-missing', {
    detail: `L1 does not have block ${number}`,
  })
}

async function fetchL1(
  { session, ask }: Effect<'fetch-l1'>,
  { context }: Means,
): Promise<readonly DerivationEvent[]> {
  const { number, parentHash, batcher: batcherAddress } = ask
  const request = { block: { kind: 'number', number }, parentHash, batcherAddress } as const
  const call = context.bus.call(fetchL1Block, request, { deadlineMs: bulkDeadlineMs })
  const tried = await attempt('l1', call, context)
  if (tried.kind === 'failed') return [{ kind: 'l1-failed', session, ask, fault: tried.fault }]
  return [{ kind: 'l1-fetched', session, ask, response: tried.value }]
}

async function fetchL2(
  { session, generation, from, to }: Effect<'fetch-l2'>,
  { context }: Means,
): Promise<readonly DerivationEvent[]> {
  const blocks: SafeBlock[] = []
  for (let first = from; first <= to; first += BigInt(l2FetchesAtOnce)) {
    const numbers = Array.from({ length: l2FetchesAtOnce }, (_, at) => first + BigInt(at))
    const asked = numbers.filter((number) => number <= to)
    const answers = await Promise.all(
      asked.map((number) => {
        const request = { block: { kind: 'number', number }, part: 'payload' } as const
        const call = context.bus.call(fetchL2Block, request, { deadlineMs: bulkDeadlineMs })
        return attempt('l2', call, context)
      }),
    )
    for (const tried of answers) {
      // The blocks below it are enough to go on.
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

function apply({ session, request, digest, isRepeat }: Effect<'apply'>, means: Means): Result {
  const { context, history, sent } = means
  const { generation, sequence, concludesBatch } = request
  const { hash, number } = request.derivedFrom
  if (isRepeat) context.metrics.resent()
  else {
    history.intend({
      generation,
      sequence,
      digest,
      derivedFrom: { hash, number },
      concludesBatch,
    })
    sent.atMs = context.clock.monotonicMs()
  }
  const call = context.bus.call(applyAttributes, request, { deadlineMs: controlDeadlineMs })
  const answered = async (): Promise<readonly DerivationEvent[]> => {
    const tried = await attempt('apply', call, context)
    if (tried.kind === 'failed') return [{ kind: 'apply-failed', session, fault: tried.fault }]
    const answer = tried.value
    // What came of accepted attributes is told by the state of the engine.
    if (answer.kind === 'accepted') return []
    return [{ kind: 'apply-refused', session, generation: answer.generation }]
  }
  return { later: answered() }
}

async function askForReset(
  { session, generation, reason, resumeAt, isRepeat }: Effect<'reset'>,
  { context }: Means,
): Promise<readonly DerivationEvent[]> {
  const { bus, log, metrics } = context
  if (!isRepeat) {
    metrics.reset(reason)
    log.warn({ generation: String(generation), reason }, 'derivation asks for a reset')
  }
  // The new generation comes as state.
  const request = { generation, reason, safe: resumeAt }
  const call = bus.call(reset, request, { deadlineMs: controlDeadlineMs })
  const tried = await attempt('reset', call, context)
  return tried.kind === 'failed' ? [{ kind: 'reset-failed', session, fault: tried.fault }] : []
}

async function seek(
  { l1, above }: Effect<'seek-finalized'>,
  { context, history }: Means,
): Promise<readonly DerivationEvent[]> {
  const found = await seekFinalized(l1, above, {
    entryAt: (number) => {
      const at = history.at({ kind: 'l1-number', number })
      return at.kind === 'found' ? at.entry : undefined
    },
    canonical: async (number) => {
      const tried = await attempt('finality', canonicalL1(context.bus, number, noBatcher), context)
      return tried.kind === 'failed' ? undefined : tried.value.hash
    },
  })
  return [{ kind: 'finalized-sought', found }]
}

type Attempt<Value> =
  | { readonly kind: 'answered'; readonly value: Value }
  | { readonly kind: 'failed'; readonly fault: Fault }

/** An answer, or the fault in its place; that is counted here. */
async function attempt<Value>(
  call: CallName,
  work: Promise<Value>,
  { log, metrics }: DerivationContext,
): Promise<Attempt<Value>> {
  try {
    return { kind: 'answered', value: await work }
  } catch (fault) {
    if (!isFault(fault)) throw fault
    metrics.failed(call, fault.code)
    log.debug({ error: fault, call }, 'a call failed')
    return { kind: 'failed', fault }
  }
}

async function silently(work: Promise<void>): Promise<readonly DerivationEvent[]> {
  await work
  return []
}
