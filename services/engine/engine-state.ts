import type { ApplyAttributesRequest, ApplyAttributesResponse } from '#messages/apply-attributes.ts'
import type { ChainState } from '#messages/chain-state.ts'
import type { DerivationTargets } from '#messages/derivation-targets.ts'
import type { ResetRequest, ResetResponse } from '#messages/reset.ts'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import type { Bytes32 } from '#protocol/primitives.ts'
import type { Fault } from '#runtime/fault.ts'
import type { Responder } from '#runtime/sources.ts'
import type { Applied } from './apply-attributes.ts'
import type { FoundStart } from './find-start.ts'
import type { Heads } from './heads.ts'

/** `engine.chain` without who wrote it. */
export type Chain = Omit<ChainState, 'term' | 'instance'>

/** Why a generation begins. */
export type ResetCause =
  | 'started'
  | ResetRequest['reason']
  /** Attributes came that do not go on where the last ones ended. */
  | 'sequence'
  /** The execution client lost blocks, or has others than it was told to. */
  | 'execution-client'

/** What there is to do with the execution client; one at a time. */
export type Job =
  | { readonly kind: 'start'; readonly cause: ResetCause }
  | { readonly kind: 'apply'; readonly request: ApplyAttributesRequest }
  | { readonly kind: 'finalize'; readonly target: BlockId }
  | { readonly kind: 'forkchoice' }

/** What can go wrong apart from the rest. */
export type JobKind = Job['kind']

/** How a kind of job fails, since it was last done. */
export interface Failure {
  readonly code: string
  readonly severity: Fault['severity']
  readonly detail: string
  /** How often in a row. */
  readonly times: number
  /** How often in a row with this code. */
  readonly timesAlike: number
}

/** All that the engine goes by. */
export interface EngineState {
  /** Absent until the first generation began. */
  readonly chain: Chain | undefined
  readonly backupUnsafe: L2BlockRef | undefined
  /** Why a new generation is due. */
  readonly resetDue: ResetCause | undefined
  /** The next attributes. */
  readonly applyDue: ApplyAttributesRequest | undefined
  /** The block that may be finalized, when it is safe. */
  readonly target: BlockId | undefined
  readonly isForkchoiceDue: boolean
  /** Whether the execution client was told its heads since the last heartbeat. */
  readonly isForkchoiceFresh: boolean
  readonly running: Job | undefined
  readonly paused: readonly JobKind[]
  readonly failures: Readonly<Partial<Record<JobKind, Failure | undefined>>>
}

/** What happens to the engine. */
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
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'pause-over'; readonly job: JobKind }
  | {
      readonly kind: 'start-found'
      readonly found: FoundStart
      /** Unix milliseconds. */
      readonly nowMs: number
      /** The newest generation that the bus knows. */
      readonly previous: bigint
    }
  | {
      readonly kind: 'applied'
      readonly request: ApplyAttributesRequest
      readonly applied: Applied
      readonly digest: Bytes32
    }
  /** Without a block: the target is not on the safe chain. */
  | { readonly kind: 'finalized'; readonly target: BlockId; readonly block: L2BlockRef | undefined }
  | { readonly kind: 'forkchoice-told' }
  | { readonly kind: 'job-failed'; readonly job: Job; readonly fault: Fault }

/** What the engine does about it. */
export type EngineEffect =
  | { readonly kind: 'answer'; readonly answer: () => void }
  | { readonly kind: 'run'; readonly job: Job; readonly heads: Heads | undefined }
  | { readonly kind: 'pause'; readonly job: JobKind; readonly forMs: number }
  | { readonly kind: 'write-chain'; readonly chain: Chain }
  | { readonly kind: 'report-generation'; readonly chain: Chain; readonly cause: ResetCause }
  | { readonly kind: 'report-applied'; readonly applied: Applied; readonly chain: Chain }
  | { readonly kind: 'report-failure'; readonly job: JobKind; readonly failure: Failure }

/** Before anything is known. */
export const firstState: EngineState = {
  chain: undefined,
  backupUnsafe: undefined,
  resetDue: undefined,
  applyDue: undefined,
  target: undefined,
  isForkchoiceDue: false,
  isForkchoiceFresh: false,
  running: undefined,
  paused: [],
  failures: {},
}
