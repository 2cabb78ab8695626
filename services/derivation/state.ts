import type { ApplyAttributesRequest } from '#messages/apply-attributes.ts'
import type { ChainState } from '#messages/chain-state.ts'
import type { DerivationTargets } from '#messages/derivation-targets.ts'
import type { FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { ResetReason } from '#messages/reset.ts'
import type { SafeAt } from '#messages/safe-at.ts'
import type { SafeBlock } from '#protocol/batch/batch-verdict.ts'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import type { PipelineEvent } from '#protocol/pipeline/pipeline.ts'
import type { Bytes32 } from '#protocol/primitives.ts'
import type { Fault } from '#runtime/fault.ts'
import { type FinalityResult, type FinalitySearch, noFinalitySearch } from './finality/finality.ts'
import { type BatchProgress, noBatches } from './session/batch-progress.ts'
import type { L1Request } from './session/l1-window.ts'
import type { HaltReason, Session } from './session/session.ts'
import type { StartResult } from './start/read-start.ts'

/** State of derivation. */
export interface State {
  readonly nowMs: number
  /** Number of blocks that L1 must have on top of a block before derivation reads it. */
  readonly confirmations: bigint
  /** The newest state of the engine. */
  readonly chain: ChainState | undefined
  readonly heads: L1Heads | undefined
  readonly session: Session | undefined
  /** Number of sessions started so far. */
  readonly sessions: number
  /** The newest values of `derivation.targets`. */
  readonly targets: DerivationTargets
  readonly finality: FinalitySearch
  readonly resets: Resets
  readonly batches: BatchProgress
}

/** Consecutive resets without a new safe block between them. */
interface Resets {
  readonly safe: bigint
  readonly count: number
}

/** State before the first event. */
export const initialState: State = {
  nowMs: 0,
  confirmations: 0n,
  chain: undefined,
  heads: undefined,
  session: undefined,
  sessions: 0,
  targets: { finalized: undefined, currentL1: undefined, generation: 0n, version: 0n },
  finality: noFinalitySearch,
  resets: { safe: 0n, count: 0 },
  batches: noBatches,
}

/** Input of the step. */
export type Event =
  | { readonly kind: 'tick'; readonly nowMs: number }
  | { readonly kind: 'chain-seen'; readonly chain: ChainState }
  | { readonly kind: 'heads-seen'; readonly heads: L1Heads }
  | { readonly kind: 'start-fetched'; readonly session: number; readonly start: StartResult }
  | {
      readonly kind: 'l1-fetched'
      readonly session: number
      readonly request: L1Request
      readonly response: FetchL1BlockResponse
    }
  | {
      readonly kind: 'l1-failed'
      readonly session: number
      readonly request: L1Request
      readonly fault: Fault
    }
  | {
      readonly kind: 'l2-fetched'
      readonly session: number
      readonly blocks: readonly SafeBlock[]
    }
  | { readonly kind: 'l2-failed'; readonly session: number; readonly fault: Fault }
  | { readonly kind: 'apply-failed'; readonly session: number; readonly fault: Fault }
  | { readonly kind: 'apply-refused'; readonly session: number; readonly generation: bigint }
  | { readonly kind: 'reset-failed'; readonly session: number; readonly fault: Fault }
  | { readonly kind: 'finalized-searched'; readonly result: FinalityResult }

/** Output of the step, for `perform`. */
export type Effect =
  /** Logs and counts the new session, then does the same as `fetch-start`. */
  | { readonly kind: 'begin-session'; readonly session: number; readonly chain: ChainState }
  /** Brings the safe-head history in line with the chain, then reads what the pipeline starts with. */
  | { readonly kind: 'fetch-start'; readonly session: number; readonly chain: ChainState }
  | { readonly kind: 'clear-history' }
  | { readonly kind: 'fetch-l1'; readonly session: number; readonly request: L1Request }
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
  /** Adds an entry to the safe-head history. */
  | { readonly kind: 'record'; readonly entry: SafeAt }
  /** Marks an L1 block as derived completely, and publishes the safe head at it. */
  | { readonly kind: 'finish-l1'; readonly l1: BlockId; readonly generation: bigint }
  | { readonly kind: 'write-targets'; readonly targets: DerivationTargets }
  | { readonly kind: 'search-finalized'; readonly l1: BlockId; readonly above: bigint | undefined }
  | { readonly kind: 'count-outcome'; readonly outcome: ChainState['outcome'] }
  | { readonly kind: 'report-dropped'; readonly event: PipelineEvent }

/** The next state and the effects of a step, in order. */
export type Stepped = readonly [State, ...Effect[]]
