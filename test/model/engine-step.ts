import type { ApplyAttributesRequest, ApplyAttributesResponse } from '#messages/apply-attributes.ts'
import type { ChainState } from '#messages/chain-state.ts'
import type { DerivationTargets } from '#messages/derivation-targets.ts'
import type { ResetRequest, ResetResponse } from '#messages/reset.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { Bytes32 } from '#protocol/primitives.ts'
import type { Step } from '#service/actor.ts'
import type { Responder } from '#service/sources.ts'
import type { ModelBlock, ModelHeads } from './model-execution.ts'
import type { BrokenRule } from './ports.ts'

export interface EngineState {
  /** Absent until the first generation began. */
  readonly chain: ChainState | undefined
  readonly broken: BrokenRule | undefined
}

export type EngineEvent =
  | { readonly kind: 'started' }
  | {
      readonly kind: 'apply-called'
      readonly request: ApplyAttributesRequest
      readonly responder: Responder<ApplyAttributesResponse>
    }
  | {
      readonly kind: 'reset-called'
      readonly request: ResetRequest
      readonly responder: Responder<ResetResponse>
    }
  | { readonly kind: 'targets-seen'; readonly targets: DerivationTargets }
  | {
      readonly kind: 'start-found'
      readonly heads: ModelHeads
      readonly l1Origin: L1BlockRef
      readonly nowMs: number
      readonly responder: Responder<ResetResponse> | undefined
      readonly previous: ChainState | undefined
    }
  | {
      readonly kind: 'executed'
      readonly request: ApplyAttributesRequest
      readonly block: ModelBlock
      readonly outcome: 'built' | 'replaced'
      readonly digest: Bytes32
    }
  | { readonly kind: 'finalized'; readonly heads: ModelHeads }

export type EngineEffect =
  /** Walks back to a block whose L1 origin is canonical. */
  | { readonly kind: 'find-start'; readonly responder?: Responder<ResetResponse> }
  | {
      readonly kind: 'execute'
      readonly request: ApplyAttributesRequest
      readonly generation: bigint
    }
  | { readonly kind: 'finalize'; readonly targets: DerivationTargets }
  | { readonly kind: 'write-chain'; readonly chain: ChainState }
  | { readonly kind: 'answer'; readonly answer: () => void }

/** The rules of the engine's side of `engine.chain`: see the messaging rules in `docs/architecture.md`. */
export const engineStep: Step<EngineState, EngineEvent, EngineEffect> = (state, event) => {
  switch (event.kind) {
    case 'started':
      return [state, { kind: 'find-start' }]
    case 'apply-called':
      return applyCalled(state, event)
    case 'reset-called': {
      const { request, responder } = event
      const current = state.chain?.generation ?? 0n
      if (request.generation >= current) return [state, { kind: 'find-start', responder }]
      return [state, answer(() => responder.resolve({ generation: current }))]
    }
    case 'targets-seen':
      return [state, { kind: 'finalize', targets: event.targets }]
    case 'start-found':
      return startFound(state, event)
    case 'executed': {
      if (state.chain === undefined) return [state]
      const { block, outcome, digest, request } = event
      const chain = {
        ...withHeads(state.chain, { safe: block }),
        sequence: request.sequence,
        outcome,
        attributesDigest: digest,
      }
      return [
        { ...state, chain },
        { kind: 'write-chain', chain },
      ]
    }
    case 'finalized': {
      if (state.chain === undefined) return [state]
      const chain = withHeads(state.chain, event.heads)
      return [
        { ...state, chain },
        { kind: 'write-chain', chain },
      ]
    }
  }
}

function applyCalled(
  state: EngineState,
  { request, responder }: Extract<EngineEvent, { kind: 'apply-called' }>,
): ReturnType<typeof engineStep> {
  const { chain } = state
  const isStale = request.generation !== chain?.generation
  if (chain === undefined || (isStale && state.broken !== 'no-generation-check')) {
    const generation = chain?.generation ?? 0n
    return [state, answer(() => responder.resolve({ kind: 'refused', generation }))]
  }
  const accept = answer(() => responder.resolve({ kind: 'accepted' }))
  if (request.sequence <= chain.sequence) return [state, accept]
  if (request.sequence !== chain.sequence + 1n || request.parent.hash !== chain.safe.hash)
    return [state, accept, { kind: 'find-start' }]
  return [state, accept, { kind: 'execute', request, generation: chain.generation }]
}

function startFound(
  state: EngineState,
  event: Extract<EngineEvent, { kind: 'start-found' }>,
): ReturnType<typeof engineStep> {
  const { heads, l1Origin, nowMs, responder, previous } = event
  const before = state.chain?.generation ?? previous?.generation ?? 0n
  const generation = before + 1n > BigInt(nowMs) ? before + 1n : BigInt(nowMs)
  const { safe, finalized } = heads
  const chain: ChainState = {
    generation,
    version: 1n,
    sequence: 0n,
    outcome: 'started',
    attributesDigest: undefined,
    unsafe: safe,
    safe,
    finalized,
    localSafe: safe,
    pendingSafe: safe,
    start: { safe, l1Origin, systemConfig: noSystemConfig },
    sync: 'ready',
    term: 0n,
    instance: '',
  }
  return [
    { ...state, chain },
    { kind: 'write-chain', chain },
    ...(responder === undefined ? [] : [answer(() => responder.resolve({ generation }))]),
  ]
}

function withHeads(chain: ChainState, { safe, finalized }: Partial<ModelHeads>): ChainState {
  const head = safe ?? chain.safe
  return {
    ...chain,
    version: chain.version + 1n,
    unsafe: head,
    safe: head,
    localSafe: head,
    pendingSafe: head,
    finalized: finalized ?? chain.finalized,
  }
}

function answer(run: () => void): EngineEffect {
  return { kind: 'answer', answer: run }
}

/** The model's L1 changes nothing about its L2. */
const noSystemConfig: ChainState['start']['systemConfig'] = {
  batcherAddress: `0x${'ba'.repeat(20)}`,
  overhead: `0x${'00'.repeat(32)}`,
  scalar: `0x${'00'.repeat(32)}`,
  gasLimit: 30_000_000n,
  eip1559Params: `0x${'00'.repeat(8)}`,
  operatorFeeParams: `0x${'00'.repeat(32)}`,
  minBaseFee: 0n,
  daFootprintGasScalar: 0,
} as ChainState['start']['systemConfig']
