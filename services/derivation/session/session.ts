import type { ApplyAttributesRequest } from '#messages/apply-attributes.ts'
import type { ResetReason } from '#messages/reset.ts'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { DerivationDriver } from '#protocol/pipeline/derivation-driver.ts'
import type {
  DerivedAttributes,
  Pipeline,
  PipelineEvent,
  PipelineHaltReason,
  PipelineOptions,
} from '#protocol/pipeline/pipeline.ts'
import type { Bytes32, Hash } from '#protocol/primitives.ts'
import type { L1Window } from './l1-window.ts'
import type { SafeBlocks } from './safe-blocks.ts'

/**
 * Derivation from one safe head in one generation of the engine. The session ends when the engine publishes a state
 * that does not result from the attributes of the session.
 */
export type Session = Starting | Deriving | Resetting | Halted

interface SessionBase {
  /** Effects, and the events that they cause, carry this id. Events of an earlier session are ignored. */
  readonly id: number
  readonly generation: bigint
  /** Sequence of the attributes that were applied last. */
  readonly sequence: bigint
}

/** Reads what the pipeline starts with. */
export interface Starting extends SessionBase {
  readonly phase: 'starting'
  readonly isRequested: boolean
  readonly retry: Retry
}

/**
 * Derives attributes. Driver, pipeline, window, safe blocks and reports are mutable, because they buffer L1 data, and a
 * copy for each event would cost more than derivation itself. Only the step uses these objects.
 */
export interface Deriving extends SessionBase {
  readonly phase: 'deriving'
  readonly driver: DerivationDriver
  readonly pipeline: Pipeline
  readonly window: L1Window
  readonly safeBlocks: SafeBlocks
  /** Data that the pipeline dropped, not yet logged and counted. */
  readonly reports: PipelineEvent[]
  readonly inFlight: InFlight | undefined
  readonly blocked: Blocked | undefined
  /**
   * The L1 block that made the first safe head of the session safe. This L1 block must still be canonical when
   * derivation reads it again.
   */
  readonly madeSafe: BlockId | undefined
  /** Hash of the last L1 block from which everything has been derived. */
  readonly done: Hash | undefined
}

/** Asks the engine for a new generation, because the safe head and L1 do not match, or the safe head has to go back. */
export interface Resetting extends SessionBase {
  readonly phase: 'resetting'
  readonly reason: ResetReason
  /** The L1 block that was read when the session ended. */
  readonly l1: BlockId | undefined
  /** The safe head to go back to; undefined if the engine has to search for a safe head. */
  readonly resumeAt: BlockId | undefined
  readonly retry: Retry
}

/** Derives nothing more, because to continue would split the chain. */
export interface Halted extends SessionBase {
  readonly phase: 'halted'
  readonly reason: HaltReason
  /** Details of the reason, such as which event log of an L1 block is malformed. */
  readonly detail: string | undefined
  readonly head: L2BlockRef
  /** The L1 block that was read when derivation halted. */
  readonly l1: BlockId
}

/** Why derivation halted. */
export type HaltReason = PipelineHaltReason | 'interop-peers'

/** When the next attempt is due, and why the last attempt failed. */
export interface Retry {
  readonly tries: number
  readonly notBeforeMs: number
  readonly problem: string | undefined
}

/** Attributes that were sent to the engine and are not applied yet. */
export interface InFlight {
  readonly request: ApplyAttributesRequest
  readonly digest: Bytes32
  readonly derived: DerivedAttributes
  readonly sinceMs: number
  readonly sends: number
  readonly resendAtMs: number
  /** Why the last call failed. */
  readonly problem: string | undefined
}

/** The block that the pipeline needs next. */
export type Blocked =
  | { readonly kind: 'l1'; readonly number: bigint; readonly sinceMs: number }
  | {
      readonly kind: 'l2'
      readonly number: bigint
      readonly sinceMs: number
      readonly isRequested: boolean
      readonly retry: Retry
    }

/** The chain to derive, and how a pipeline is made. */
export interface Rules {
  readonly config: RollupConfig
  readonly makePipeline: (options: PipelineOptions) => Pipeline
}
