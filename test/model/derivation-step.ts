import type { ApplyAttributesRequest } from '#messages/apply-attributes.ts'
import type { ChainState } from '#messages/chain-state.ts'
import type { FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { SafeAt } from '#messages/safe-at.ts'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { Bytes32, Hash } from '#protocol/primitives.ts'
import type { Step } from '#service/actor.ts'
import { resendMs } from '#bus/bus-limits.ts'
import { attributesDigest } from './attributes-digest.ts'
import { attributesOf } from './model-execution.ts'
import type { BrokenRule } from './ports.ts'

export interface DerivationState {
  readonly broken: BrokenRule | undefined
  /** The newest that the engine told. */
  readonly chain: ChainState | undefined
  readonly heads: L1Heads | undefined
  readonly pipeline: Pipeline | undefined
  readonly nowMs: number
}

/** What is derived in one generation; a reset makes a new one. */
interface Pipeline {
  /** Names the pipeline in what it asks for, so that an answer to another is not taken for its own. */
  readonly id: number
  readonly generation: bigint
  readonly sequence: bigint
  readonly safe: L2BlockRef
  /** What it waits for from elsewhere: one thing at a time. */
  readonly asked: 'safe-block' | 'l1-block' | 'reset' | undefined
  readonly isResetDue: boolean
  /** After an answer that was no help: the next tick. */
  readonly notBeforeMs: number
  /** The L1 block to read next; absent until it is known what the safe head leaves of its own. */
  readonly next: { readonly number: bigint; readonly parentHash: Hash | undefined } | undefined
  /** How many batches of the next L1 block took effect before. */
  readonly skip: number
  readonly reading: { readonly l1: L1Block; readonly at: number } | undefined
  readonly inFlight: InFlight | undefined
}

interface InFlight {
  readonly request: ApplyAttributesRequest
  readonly digest: Bytes32
  readonly sentMs: number
}

export type DerivationEvent =
  | { readonly kind: 'tick'; readonly nowMs: number }
  | { readonly kind: 'chain-seen'; readonly chain: ChainState }
  | { readonly kind: 'heads-seen'; readonly heads: L1Heads }
  /** Absent: the call failed, and is made again. */
  | {
      readonly kind: 'safe-block-fetched'
      readonly pipeline: number
      readonly transactions: number | undefined
    }
  | {
      readonly kind: 'l1-block-fetched'
      readonly pipeline: number
      readonly response: FetchL1BlockResponse | undefined
    }
  | { readonly kind: 'apply-refused'; readonly pipeline: number; readonly generation: bigint }
  | { readonly kind: 'reset-answered'; readonly pipeline: number }

export type DerivationEffect =
  | { readonly kind: 'fetch-safe-block'; readonly pipeline: number; readonly hash: Hash }
  | {
      readonly kind: 'fetch-l1-block'
      readonly pipeline: number
      readonly number: bigint
      readonly parentHash: Hash | undefined
    }
  | {
      readonly kind: 'call-apply'
      readonly pipeline: number
      readonly request: ApplyAttributesRequest
    }
  | { readonly kind: 'call-reset'; readonly pipeline: number; readonly generation: bigint }
  | { readonly kind: 'record'; readonly entry: SafeAt }
  | { readonly kind: 'finalize'; readonly l1: BlockId }

/** The derivation loop of `engine.chain`: run on each event, it does what is due and nothing twice. */
export const derivationStep: Step<DerivationState, DerivationEvent, DerivationEffect> = (
  state,
  event,
) => {
  const noted = note(state, event)
  const [next, ...effects] = advance(noted)
  const finalized = noted.heads?.finalized
  const finalize =
    event.kind === 'tick' && finalized !== undefined
      ? [{ kind: 'finalize', l1: finalized } as const]
      : []
  return [next, ...effects, ...finalize]
}

function note(state: DerivationState, event: DerivationEvent): DerivationState {
  const { pipeline } = state
  switch (event.kind) {
    case 'tick':
      return { ...state, nowMs: event.nowMs }
    case 'chain-seen':
      return { ...state, chain: event.chain }
    case 'heads-seen':
      return { ...state, heads: event.heads }
    case 'safe-block-fetched': {
      if (pipeline?.id !== event.pipeline) return state
      const { transactions } = event
      if (transactions === undefined) return { ...state, pipeline: pause(state, pipeline) }
      return { ...state, pipeline: resume(pipeline, { transactions, broken: state.broken }) }
    }
    case 'l1-block-fetched':
      if (pipeline?.id !== event.pipeline) return state
      return { ...state, pipeline: read(state, pipeline, event.response) }
    case 'apply-refused':
      // An engine that is behind the state that stands on the bus does not know it: a reset takes it past both.
      if (pipeline?.id !== event.pipeline || event.generation >= pipeline.generation) return state
      return { ...state, pipeline: { ...pipeline, inFlight: undefined, isResetDue: true } }
    case 'reset-answered':
      if (pipeline?.id !== event.pipeline) return state
      return { ...state, pipeline: pause(state, pipeline) }
  }
}

function pause({ nowMs }: DerivationState, pipeline: Pipeline): Pipeline {
  return { ...pipeline, asked: undefined, notBeforeMs: nowMs + 1 }
}

/** Starts at the L1 origin of the safe head, past what of it took effect: all, if the safe head has deposits only. */
function resume(
  pipeline: Pipeline,
  { transactions, broken }: { transactions: number; broken: BrokenRule | undefined },
): Pipeline {
  const { l1Origin, sequenceNumber } = pipeline.safe
  const wasReplaced = transactions === 1
  const late = broken === 'resume-one-batch-late' ? 1 : 0
  return {
    ...pipeline,
    asked: undefined,
    next: { number: l1Origin.number, parentHash: undefined },
    skip: wasReplaced ? Infinity : Number(sequenceNumber) + 1 + late,
  }
}

function read(
  state: DerivationState,
  pipeline: Pipeline,
  response: FetchL1BlockResponse | undefined,
): Pipeline {
  if (response === undefined || response.kind === 'not-found') return pause(state, pipeline)
  const isStart = pipeline.next?.parentHash === undefined
  const { l1Origin } = pipeline.safe
  if (response.kind === 'reorged' || (isStart && response.block.hash !== l1Origin.hash))
    return { ...pipeline, asked: undefined, isResetDue: true }
  const reading = { l1: response.block, at: pipeline.skip }
  return { ...pipeline, asked: undefined, reading, skip: 0 }
}

type Advanced = readonly [DerivationState, ...DerivationEffect[]]

/** The table of the protocol, row by row: the newest state of the engine against our own. */
function advance(state: DerivationState): Advanced {
  const { chain, pipeline } = state
  if (chain === undefined) return [state]
  if (chain.generation !== pipeline?.generation) return start(state, chain)
  if (pipeline.inFlight !== undefined) return awaitOutcome({ ...state, pipeline }, chain)
  if (chain.sequence > pipeline.sequence) return start(state, chain)
  return work({ ...state, pipeline })
}

function start(state: DerivationState, chain: ChainState): Advanced {
  const id = (state.pipeline?.id ?? 0) + 1
  const pipeline: Pipeline = {
    id,
    generation: chain.generation,
    sequence: chain.sequence,
    safe: chain.safe,
    asked: 'safe-block',
    isResetDue: false,
    notBeforeMs: 0,
    next: undefined,
    skip: 0,
    reading: undefined,
    inFlight: undefined,
  }
  return [
    { ...state, pipeline },
    { kind: 'fetch-safe-block', pipeline: id, hash: chain.safe.hash },
  ]
}

type WithPipeline = DerivationState & { readonly pipeline: Pipeline }

/** Something is in flight: it took effect, or is due to be sent again. */
function awaitOutcome(state: WithPipeline, chain: ChainState): Advanced {
  const { pipeline, nowMs, broken } = state
  const { inFlight } = pipeline
  if (inFlight === undefined) return [state]
  if (chain.sequence < inFlight.request.sequence) {
    if (nowMs - inFlight.sentMs < resendMs || broken === 'no-resend') return [state]
    const sent = { ...pipeline, inFlight: { ...inFlight, sentMs: nowMs } }
    return [
      { ...state, pipeline: sent },
      { kind: 'call-apply', pipeline: pipeline.id, request: inFlight.request },
    ]
  }
  // Another derivation was first, and what it derived is not what we did.
  if (chain.attributesDigest !== inFlight.digest) return start(state, chain)
  const { reading } = pipeline
  const isFlushed = chain.outcome === 'replaced' && broken !== 'no-flush-after-replacement'
  const settled: Pipeline = {
    ...pipeline,
    sequence: chain.sequence,
    safe: chain.safe,
    inFlight: undefined,
    reading: reading && { ...reading, at: isFlushed ? Infinity : reading.at + 1 },
  }
  return work({ ...state, pipeline: settled })
}

/** Nothing is in flight: send what is due, or get more of L1. */
function work(state: WithPipeline): Advanced {
  const { pipeline, nowMs } = state
  const { id, asked, generation, next, reading, safe, sequence } = pipeline
  const ask = (what: NonNullable<Pipeline['asked']>): DerivationState => ({
    ...state,
    pipeline: { ...pipeline, asked: what, isResetDue: false },
  })
  if (asked !== undefined || nowMs < pipeline.notBeforeMs) return [state]
  if (pipeline.isResetDue) return [ask('reset'), { kind: 'call-reset', pipeline: id, generation }]
  if (next === undefined)
    return [ask('safe-block'), { kind: 'fetch-safe-block', pipeline: id, hash: safe.hash }]
  if (reading !== undefined) {
    const batch = reading.l1.inboxTransactions[reading.at]?.data
    if (batch === undefined) return finishL1Block(state, reading.l1)
    const sequenceNumber = BigInt(reading.at)
    const attributes = attributesOf(safe, { l1: reading.l1, batch, sequenceNumber })
    const request = {
      generation,
      sequence: sequence + 1n,
      parent: safe,
      attributes,
      derivedFrom: reading.l1,
      concludesBatch: true,
    }
    const digest = attributesDigest(attributes.transactions)
    const inFlight = { request, digest, sentMs: nowMs }
    return [
      { ...state, pipeline: { ...pipeline, inFlight } },
      { kind: 'call-apply', pipeline: id, request },
    ]
  }
  if (next.number > (state.heads?.head.number ?? 0n)) return [state]
  return [ask('l1-block'), { kind: 'fetch-l1-block', pipeline: id, ...next }]
}

function finishL1Block(state: WithPipeline, l1: L1Block): Advanced {
  const { pipeline } = state
  const { generation, safe } = pipeline
  const next = { number: l1.number + 1n, parentHash: l1.hash }
  const done = { ...state, pipeline: { ...pipeline, reading: undefined, next } }
  const [worked, ...effects] = work(done)
  return [worked, { kind: 'record', entry: { l1, safe, generation } }, ...effects]
}
