import type { ApplyAttributesRequest } from '#messages/apply-attributes.ts'
import type { ChainState } from '#messages/chain-state.ts'
import type { DerivationTargets } from '#messages/derivation-targets.ts'
import type { FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { ResetReason } from '#messages/reset.ts'
import type { SafeAt } from '#messages/safe-at.ts'
import type { Wait } from '#messages/service-status.ts'
import type { SafeBlock } from '#protocol/batch/batch-verdict.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type {
  DerivedAttributes,
  L2Head,
  Pipeline,
  PipelineEvent,
  PipelineHaltReason,
  PipelineOptions,
} from '#protocol/pipeline/pipeline.ts'
import type { Address, Bytes32, Hash } from '#protocol/primitives.ts'
import type { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Fault } from '#runtime/fault.ts'
import type { FinalityFinding, FinalitySearch } from './finality/finality.ts'
import type { L1Ask, L1Window } from './session/l1-window.ts'
import type { ReadStart } from './start/read-start.ts'
import type { SafeBlocks } from './session/safe-blocks.ts'

/** All that derivation goes by. */
export interface DerivationState {
  readonly nowMs: number
  /** The newest that the engine told. */
  readonly chain: ChainState | undefined
  readonly heads: L1Heads | undefined
  readonly session: Session | undefined
  /** As many as began. */
  readonly sessions: number
  /** What was told of finality and progress. */
  readonly targets: DerivationTargets
  readonly finality: FinalitySearch
  /** What was told last of what is waited for. */
  readonly told: WaitReason | undefined
  readonly resets: Resets
}

/** What is waited for, in the words of an operator, and what is done about it. */
export type WaitReason = Pick<Wait, 'what' | 'next'>

/** Resets in a row that led to no new safe block. */
interface Resets {
  readonly safe: bigint
  readonly count: number
}

/** What is derived on one safe head of one generation; it ends with either. */
type Session = Starting | Deriving | Resetting | Halted

interface SessionBase {
  /** Names it in what it asks for, so that an answer to another is not taken for its own. */
  readonly id: number
  readonly generation: bigint
  /** The attributes that took effect last. */
  readonly sequence: bigint
}

/** What the pipeline begins with is being read. */
export interface Starting extends SessionBase {
  readonly phase: 'starting'
  readonly isAsked: boolean
  readonly retry: Retry
}

/** A pipeline at work. */
export interface Deriving extends SessionBase {
  readonly phase: 'deriving'
  readonly pipeline: Pipeline
  readonly window: L1Window
  readonly safeBlocks: SafeBlocks
  /** What the pipeline dropped and was not reported yet. */
  readonly reports: PipelineEvent[]
  /** The block to derive on; above the safe head until a span is complete, before Holocene. */
  readonly head: L2Head
  readonly safe: L2Head
  readonly inFlight: InFlight | undefined
  readonly blocked: Blocked | undefined
  /** The L1 block that made the head safe with which it began: L1 has to be read past it. */
  readonly madeSafe: BlockId | undefined
  /** The last L1 block of which all was derived. */
  readonly done: Hash | undefined
}

/** The head and L1 do not go together any more: the engine has to find both anew. */
export interface Resetting extends SessionBase {
  readonly phase: 'resetting'
  readonly reason: ResetReason
  /** The L1 block at which it was found. */
  readonly l1: BlockId | undefined
  /** The safe head to go back to; undefined: the engine finds one. */
  readonly resumeAt: BlockId | undefined
  readonly retry: Retry
}

/** Going on would split the chain. */
export interface Halted extends SessionBase {
  readonly phase: 'halted'
  readonly reason: HaltReason
  /** More of it, such as which log is malformed. */
  readonly detail: string | undefined
  readonly head: L2BlockRef
  /** The L1 block that was read. */
  readonly l1: BlockId
}

/** Why derivation cannot go on. */
export type HaltReason = PipelineHaltReason | 'interop-peers'

/** When to try something again, and why it was no success. */
export interface Retry {
  readonly tries: number
  readonly notBeforeMs: number
  readonly problem: string | undefined
}

/** Attributes that the engine was given, and that have not taken effect. */
export interface InFlight {
  readonly request: ApplyAttributesRequest
  readonly digest: Bytes32
  readonly derived: DerivedAttributes
  readonly sinceMs: number
  readonly sends: number
  readonly resendAtMs: number
  /** Why the last call was not answered. */
  readonly problem: string | undefined
}

/** What the pipeline cannot go on without. */
export type Blocked =
  | { readonly kind: 'l1'; readonly number: bigint; readonly sinceMs: number }
  | {
      readonly kind: 'l2'
      readonly number: bigint
      readonly sinceMs: number
      readonly isAsked: boolean
      readonly retry: Retry
    }

/** What a pipeline begins with. */
export interface SessionStart {
  readonly head: L2Head
  readonly base: L1Block
  readonly batcher: Address
  /** The L1 block that made the head safe, if it is known. */
  readonly madeSafe: BlockId | undefined
  /** L1 block 0, where the chain begins anew. */
  readonly l1Genesis: BlockId | undefined
}

/** What was found to begin with. */
export type StartFinding =
  | ReadStart
  /** After EL sync: a block of the chain that the history has. */
  | { readonly kind: 'resume-at'; readonly block: BlockId }
  /** After EL sync: the history has no block of the chain. */
  | { readonly kind: 'foreign-history' }
  | { readonly kind: 'failed'; readonly error: Fault | DecodeError }

/** What happens to derivation. */
export type DerivationEvent =
  | { readonly kind: 'tick'; readonly nowMs: number }
  | { readonly kind: 'chain-seen'; readonly chain: ChainState }
  | { readonly kind: 'heads-seen'; readonly heads: L1Heads }
  | {
      readonly kind: 'start-read'
      readonly session: number
      readonly start: StartFinding
    }
  | {
      readonly kind: 'l1-fetched'
      readonly session: number
      readonly ask: L1Ask
      readonly response: FetchL1BlockResponse
    }
  | {
      readonly kind: 'l1-failed'
      readonly session: number
      readonly ask: L1Ask
      readonly fault: Fault
    }
  | {
      readonly kind: 'l2-fetched'
      readonly session: number
      readonly blocks: readonly SafeBlock[]
    }
  | { readonly kind: 'l2-failed'; readonly session: number; readonly fault: Fault }
  | { readonly kind: 'apply-failed'; readonly session: number; readonly fault: Fault }
  | { readonly kind: 'reset-failed'; readonly session: number; readonly fault: Fault }
  | { readonly kind: 'apply-refused'; readonly session: number; readonly generation: bigint }
  | { readonly kind: 'finalized-sought'; readonly found: FinalityFinding }

/** What derivation does. */
export type DerivationEffect =
  /** Takes up the chain in the history, then reads what the pipeline begins with; `begin` says so first. */
  | { readonly kind: 'begin'; readonly session: number; readonly chain: ChainState }
  | { readonly kind: 'forget-history' }
  | { readonly kind: 'read-start'; readonly session: number; readonly chain: ChainState }
  | { readonly kind: 'fetch-l1'; readonly session: number; readonly ask: L1Ask }
  | {
      readonly kind: 'fetch-l2'
      readonly session: number
      readonly generation: bigint
      readonly from: bigint
      readonly to: bigint
    }
  | {
      readonly kind: 'apply'
      readonly session: number
      readonly request: ApplyAttributesRequest
      readonly digest: Bytes32
      readonly isRepeat: boolean
    }
  | {
      readonly kind: 'reset'
      readonly session: number
      readonly generation: bigint
      readonly reason: ResetReason
      readonly resumeAt: BlockId | undefined
      readonly isRepeat: boolean
    }
  | {
      readonly kind: 'halt'
      readonly reason: HaltReason
      readonly detail: string | undefined
      readonly head: L2BlockRef
      readonly l1: BlockId
    }
  | { readonly kind: 'record'; readonly entry: SafeAt }
  /** All of an L1 block was derived: what is safe then goes to the bus. */
  | { readonly kind: 'finish-l1'; readonly l1: BlockId; readonly generation: bigint }
  | { readonly kind: 'write-targets'; readonly targets: DerivationTargets }
  | { readonly kind: 'seek-finalized'; readonly l1: BlockId; readonly above: bigint | undefined }
  | { readonly kind: 'took-effect'; readonly outcome: ChainState['outcome'] }
  | { readonly kind: 'report-dropped'; readonly event: PipelineEvent }
  | { readonly kind: 'tell-wait'; readonly wait: WaitReason | undefined }

/** What derivation goes by all its life. */
export interface DerivationRules {
  readonly config: RollupConfig
  /** Blocks that L1 must have on top of one before it is read. */
  readonly confirmations: bigint
  readonly makePipeline: (options: PipelineOptions) => Pipeline
}

/** State and effects, in order. */
export type Advanced = readonly [DerivationState, ...DerivationEffect[]]
