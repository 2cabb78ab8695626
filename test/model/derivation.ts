import { fetchL2Block, fetchL1Block, applyAttributes, reset, safeAt } from '#messages/subjects.ts'
import { derivationTargets, engineChain, l1Heads } from '#messages/subjects.ts'
import type { SafeAt } from '#messages/safe-at.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import { type Performed, runActor } from '#service/actor.ts'
import type { Owner } from '#bus/bus.ts'
import { isFault } from '#runtime/fault.ts'
import { Inbox, type Source } from '#service/inbox.ts'
import { following, ticking } from '#service/sources.ts'
import type { DerivationTargets } from '#messages/derivation-targets.ts'
import {
  type DerivationEffect,
  type DerivationEvent,
  type DerivationState,
  derivationStep,
} from './derivation-step.ts'
import { batcherAddress } from './model-l1.ts'
import type { ActorContext, BrokenRule } from './ports.ts'

const callDeadlineMs = 2_000

/** The safe-head history: derivation's own disk, which outlives its process and the bus's store. */
export type Journal = Map<bigint, SafeAt>

interface Means {
  readonly context: ActorContext
  readonly journal: Journal
  readonly targets: Owner<DerivationTargets>
  /** How many entries of the log were looked up. */
  readonly checked: { count: number }
}

/** L1 blocks in, attributes out; one set in flight. */
export async function runDerivation(
  context: ActorContext,
  { journal, broken }: { readonly journal: Journal; readonly broken?: BrokenRule | undefined },
): Promise<void> {
  const { bus, clock, signal } = context
  const targets = bus.own(derivationTargets)
  const means: Means = { context, journal, targets, checked: { count: 0 } }
  const sources: Source<DerivationEvent>[] = [
    ticking(clock, 250, () => ({ kind: 'tick', nowMs: clock.monotonicMs() })),
    following(bus, engineChain, (chain) => ({ kind: 'chain-seen', chain })),
    following(bus, l1Heads, (heads) => ({ kind: 'heads-seen', heads })),
  ]
  await runActor<DerivationState, DerivationEvent, DerivationEffect>({
    state: { broken, chain: undefined, heads: undefined, pipeline: undefined, nowMs: 0 },
    step: derivationStep,
    inbox: new Inbox(sources, { signal }),
    perform: (effect) => perform(effect, means),
  })
}

function perform(effect: DerivationEffect, means: Means): Performed<DerivationEvent> | Promise<[]> {
  const { context } = means
  const options = { deadlineMs: callDeadlineMs }
  switch (effect.kind) {
    case 'fetch-safe-block':
      return { later: fetchSafeBlock(effect, means) }
    case 'fetch-l1-block': {
      const { pipeline, number, parentHash } = effect
      const request = { block: { kind: 'number', number }, parentHash, batcherAddress } as const
      const response = unlessTemporary(context.bus.call(fetchL1Block, request, options))
      return {
        later: response.then((found) => [{ kind: 'l1-block-fetched', pipeline, response: found }]),
      }
    }
    case 'call-apply':
      return { later: callApply(effect, means) }
    case 'call-reset': {
      const { pipeline, generation } = effect
      const request = { generation, reason: 'l1-reorg' } as const
      const answer = unlessTemporary(context.bus.call(reset, request, options))
      return { later: answer.then(() => [{ kind: 'reset-answered', pipeline }]) }
    }
    case 'record':
      return record(effect.entry, means)
    case 'finalize':
      return finalize(effect.l1, means)
  }
}

async function callApply(
  { pipeline, request }: Extract<DerivationEffect, { kind: 'call-apply' }>,
  { context }: Means,
): Promise<readonly DerivationEvent[]> {
  const call = context.bus.call(applyAttributes, request, { deadlineMs: callDeadlineMs })
  const answer = await unlessTemporary(call)
  // What came of accepted attributes is told by the state of the engine.
  if (answer?.kind !== 'refused') return []
  return [{ kind: 'apply-refused', pipeline, generation: answer.generation }]
}

async function fetchSafeBlock(
  { pipeline, hash }: Extract<DerivationEffect, { kind: 'fetch-safe-block' }>,
  { context }: Means,
): Promise<readonly DerivationEvent[]> {
  const request = { block: { kind: 'hash', hash }, part: 'payload' } as const
  const found = await unlessTemporary(
    context.bus.call(fetchL2Block, request, { deadlineMs: callDeadlineMs }),
  )
  const isFound = found?.kind === 'found' && found.part.kind === 'payload'
  const transactions = isFound ? found.part.payload.transactions.length : undefined
  return [{ kind: 'safe-block-fetched', pipeline, transactions }]
}

async function record(entry: SafeAt, { context, journal }: Means): Promise<[]> {
  context.log(
    `L1 block ${entry.l1.number} done, safe ${entry.safe.number} ${entry.safe.hash.slice(0, 8)}`,
  )
  journal.set(entry.l1.number, entry)
  // What stood above belongs to blocks that are no longer read.
  for (const number of journal.keys()) if (number > entry.l1.number) journal.delete(number)
  await context.bus.append(safeAt, entry)
  return []
}

async function finalize(l1: BlockId, means: Means): Promise<[]> {
  const { context, journal, targets } = means
  const { bus } = context
  const entry = journal.get(l1.number)
  if (entry?.l1.hash === l1.hash) {
    const known = await unlessTemporary(bus.read(derivationTargets))
    if ((known?.finalized?.number ?? -1n) < entry.safe.number)
      await targets.write({ finalized: entry.safe, currentL1: undefined })
  }
  await checkOneEntry(means)
  return []
}

/**
 * The bus has a copy of the journal, which is lost with its store at any moment, also while it is being restored. So one
 * entry after another is looked up, round and round, and appended again if it is not there.
 */
async function checkOneEntry({ context, journal, checked }: Means): Promise<void> {
  const { bus } = context
  const entries = [...journal.values()]
  const entry = entries[checked.count++ % entries.length]
  if (entry === undefined) return
  const copy = await unlessTemporary(bus.lookup(safeAt, entry.l1.number))
  if (copy?.safe.hash !== entry.safe.hash) await bus.append(safeAt, entry)
}

async function unlessTemporary<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work
  } catch (error) {
    if (!isFault(error) || error.severity !== 'temporary') throw error
    return undefined
  }
}
