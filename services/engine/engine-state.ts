import type { ApplyAttributesRequest, ApplyAttributesResponse } from '#messages/apply-attributes.ts'
import type { ChainState } from '#messages/chain-state.ts'
import type { DerivationTargets } from '#messages/derivation-targets.ts'
import type { ResetRequest, ResetResponse } from '#messages/reset.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import type { Bytes32 } from '#protocol/primitives.ts'
import type { Fault } from '#runtime/fault.ts'
import type { FaultCode } from '#runtime/fault-codes.ts'
import type { Responder } from '#service/sources.ts'
import type { Applied } from './apply-attributes.ts'
import type { ElSynced } from './el-sync.ts'
import type { FoundStart } from './find-start.ts'
import type { Heads } from './heads.ts'
import type { Inserted } from './insert-payload.ts'
import { emptyQueue, type PayloadQueue } from './payload-queue.ts'

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
  /** It fetched the chain from its peers. */
  | 'el-synced'

/** What there is to do with the execution client; one at a time. */
export type Job =
  | {
      readonly kind: 'start'
      readonly cause: ResetCause
      /** The safe head to begin with, if the chain has it. */
      readonly safe: BlockId | undefined
      readonly isElSyncing: boolean
    }
  /** Goes on with an unsafe block on top of the unsafe head. */
  | { readonly kind: 'insert'; readonly payload: Payload }
  /** Has the execution client fetch what is missing below an unsafe block. */
  | { readonly kind: 'bridge'; readonly payload: Payload }
  /** The same when it has next to nothing. */
  | { readonly kind: 'el-sync'; readonly payload: Payload }
  | { readonly kind: 'apply'; readonly request: ApplyAttributesRequest }
  | { readonly kind: 'finalize'; readonly target: BlockId }
  | { readonly kind: 'forkchoice' }

/** What can go wrong apart from the rest. */
export type JobKind = Job['kind']

/** How a kind of job fails, since it was last done. */
export interface Failure {
  readonly code: FaultCode
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
  /** The safe head that it is to begin with, if the chain has it. */
  readonly resetSafe: BlockId | undefined
  /** The next attributes. */
  readonly applyDue: ApplyAttributesRequest | undefined
  /** The block that may be finalized, when it is safe. */
  readonly target: BlockId | undefined
  readonly payloads: PayloadQueue
  /** The unsafe head at the last heartbeat: one that does not move for want of a block has a gap above it. */
  readonly unsafeBefore: L2BlockRef | undefined
  readonly isBridgeDue: boolean
  /** While it is on, the execution client fetches the chain from its peers, and nothing is derived. */
  readonly isElSyncing: boolean
  readonly isElSyncDue: boolean
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
  | { readonly kind: 'payload-received'; readonly payload: Payload }
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'pause-over'; readonly job: JobKind }
  | {
      readonly kind: 'start-found'
      readonly cause: ResetCause
      readonly found: FoundStart
      /** Unix milliseconds. */
      readonly nowMs: number
      /** The newest that the bus knows. */
      readonly previous: Pick<ChainState, 'generation' | 'sequence' | 'sync'> | undefined
    }
  | {
      readonly kind: 'applied'
      readonly request: ApplyAttributesRequest
      readonly applied: Applied
      readonly digest: Bytes32
    }
  | { readonly kind: 'inserted'; readonly payload: Payload; readonly inserted: Inserted }
  | {
      readonly kind: 'el-synced'
      readonly payload: Payload
      readonly synced: Exclude<ElSynced, { kind: 'done' }>
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
  /** Reads unsafe blocks from a number on. */
  | { readonly kind: 'read-payloads'; readonly from: bigint }
  | { readonly kind: 'report-refused'; readonly payload: Payload; readonly reason: string }
  | { readonly kind: 'report-generation'; readonly chain: Chain; readonly cause: ResetCause }
  | { readonly kind: 'report-applied'; readonly applied: Applied; readonly chain: Chain }
  | { readonly kind: 'report-failure'; readonly job: JobKind; readonly failure: Failure }

/** Before anything is known. */
export const firstState: EngineState = {
  chain: undefined,
  backupUnsafe: undefined,
  resetDue: undefined,
  resetSafe: undefined,
  applyDue: undefined,
  target: undefined,
  payloads: emptyQueue,
  unsafeBefore: undefined,
  isBridgeDue: false,
  isElSyncing: false,
  isElSyncDue: false,
  isForkchoiceDue: false,
  isForkchoiceFresh: false,
  running: undefined,
  paused: [],
  failures: {},
}
