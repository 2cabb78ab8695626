import type { ApplyAttributesRequest, ApplyAttributesResponse } from '#messages/apply-attributes.ts'
import type { BuiltFlashblock } from '#messages/built-flashblock.ts'
import type { ChainState } from '#messages/chain-state.ts'
import type { CheckedFlashblock } from '#messages/checked-flashblock.ts'
import type { DerivationTargets } from '#messages/derivation-targets.ts'
import type { ReceivedFlashblock } from '#messages/received-flashblock.ts'
import type { ResetRequest, ResetResponse } from '#messages/reset.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import type { Bytes32, Bytes8, Hash } from '#protocol/primitives.ts'
import type { Fault } from '#runtime/fault.ts'
import type { Answer, CallId } from '#service/sources.ts'
import type { Applied } from './apply/apply-attributes.ts'
import {
  type Building,
  type BuildingCall,
  type BuildingDone,
  type BuildingResponse,
  noBuilding,
} from './building/building.ts'
import type { ElSynced } from './start/el-sync.ts'
import type { TakenOver } from './flashblocks/take-over.ts'
import type { FlashblockDone, FlashblockJob } from './flashblocks/run-flashblock.ts'
import type { FoundStart } from './start/find-start.ts'
import type { Failure } from './jobs/failure.ts'
import type { Heads } from './forkchoice/heads.ts'
import type { Inserted } from './apply/insert-payload.ts'
import { emptyQueue, type PayloadQueue } from './payloads/payload-queue.ts'

/** `engine.chain` without the fields that name its writer. */
export type Chain = Omit<ChainState, 'term' | 'instance'>

/** Why a generation starts. A generation is the time between two starts or resets of the heads. */
export type ResetCause =
  | 'started'
  | ResetRequest['reason']
  /** Attributes do not follow the attributes that were applied last. */
  | 'sequence'
  /** The execution client lost blocks, or has other heads than the engine set. */
  | 'execution-client'
  /** The execution client fetched the chain from its peers. */
  | 'el-synced'

/** A unit of work with the execution client. Only one job runs at a time. */
export type Job =
  | {
      readonly kind: 'start'
      readonly cause: ResetCause
      /** The safe head to start with, if the chain has it. */
      readonly safe: BlockId | undefined
      readonly isElSyncing: boolean
    }
  /** Carries out a call of the sequencer. A failed job is not retried: the sequencer gets the fault. */
  | {
      readonly kind: 'building'
      readonly called: BuildingCall
      /** Flashblocks that wait for their check, and may be taken over. */
      readonly received: readonly ReceivedFlashblock[]
    }
  /** A step of the block that is published in parts. */
  | FlashblockJob
  /** Keeps flashblocks of other builders, and has them executed. */
  | { readonly kind: 'check-flashblocks'; readonly received: readonly ReceivedFlashblock[] }
  /** Makes a child of the unsafe head the new unsafe head. */
  | { readonly kind: 'insert'; readonly payload: Payload }
  /** Makes the execution client fetch the missing blocks below an unsafe block. */
  | { readonly kind: 'bridge'; readonly payload: Payload }
  /** Makes the execution client fetch the chain from its peers, up to an unsafe block. */
  | { readonly kind: 'el-sync'; readonly payload: Payload }
  | { readonly kind: 'apply'; readonly request: ApplyAttributesRequest }
  | { readonly kind: 'finalize'; readonly target: BlockId }
  | { readonly kind: 'forkchoice' }

/** A kind of job. Each kind has its own failures and pauses. */
export type JobKind = Job['kind']

/** The state of the engine. */
export interface State {
  /** Undefined before the first generation. */
  readonly chain: Chain | undefined
  readonly backupUnsafe: L2BlockRef | undefined
  /** Why a new generation is due. */
  readonly resetDue: ResetCause | undefined
  /** The safe head that the new generation starts with, if the chain has it. */
  readonly resetSafe: BlockId | undefined
  /** The next attributes to apply. */
  readonly applyDue: ApplyAttributesRequest | undefined
  /** The block to finalize once it is safe. */
  readonly target: BlockId | undefined
  readonly payloads: PayloadQueue
  readonly building: Building
  /** Flashblocks of other builders that are not checked yet, the earliest first. */
  readonly received: readonly ReceivedFlashblock[]
  /**
   * The unsafe head at which flashblocks were stored and not executed, since their parent was not known. They are
   * checked again on the next head; undefined if there are none.
   */
  readonly storedAt: Hash | undefined
  /**
   * The unsafe head at the last heartbeat. If the unsafe head did not move since then, and the next block is not
   * queued, the next block is missing.
   */
  readonly unsafeBefore: L2BlockRef | undefined
  readonly isBridgeDue: boolean
  /** Whether the execution client is fetching the chain from its peers. Nothing is derived until it has finished. */
  readonly isElSyncing: boolean
  readonly isElSyncDue: boolean
  readonly isForkchoiceDue: boolean
  /** Whether the forkchoice was updated since the last heartbeat. */
  readonly isForkchoiceFresh: boolean
  readonly running: Job | undefined
  /** The job that succeeded last. */
  readonly lastDone: Job['kind'] | undefined
  readonly paused: readonly JobKind[]
  readonly failures: Readonly<Partial<Record<JobKind, Failure | undefined>>>
  /**
   * Time of the first failure of the job that caused the last reset, in monotonic milliseconds. The time is kept until
   * another job succeeds.
   */
  readonly resetSinceMs: number | undefined
}

/** An event of the engine. */
export type Event =
  | { readonly kind: 'started' }
  | {
      readonly kind: 'apply-called'
      readonly request: ApplyAttributesRequest
      readonly call: CallId<ApplyAttributesResponse>
    }
  | {
      readonly kind: 'reset-called'
      readonly request: ResetRequest
      readonly call: CallId<ResetResponse>
    }
  | { readonly kind: 'building-called'; readonly called: BuildingCall }
  | {
      readonly kind: 'building-done'
      readonly done: BuildingDone
      /** Unix milliseconds. */
      readonly nowMs: number
    }
  | { readonly kind: 'flashblock-done'; readonly done: FlashblockDone }
  | { readonly kind: 'flashblock-received'; readonly received: ReceivedFlashblock }
  | {
      readonly kind: 'flashblocks-checked'
      readonly received: readonly ReceivedFlashblock[]
      readonly checked: readonly CheckedFlashblock[]
    }
  /** The time of the next index has come. */
  | { readonly kind: 'flashblock-woke'; readonly payloadId: Bytes8 }
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
      /** The newest state of the chain on the bus. */
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
  /** `block` is undefined if the target is not on the safe chain. */
  | { readonly kind: 'finalized'; readonly target: BlockId; readonly block: L2BlockRef | undefined }
  | { readonly kind: 'forkchoice-updated' }
  | {
      readonly kind: 'job-failed'
      readonly job: Job
      readonly fault: Fault
      /** Monotonic milliseconds. */
      readonly atMs: number
    }

/** An effect of the engine. */
export type Effect =
  | Answer<ApplyAttributesResponse>
  | Answer<ResetResponse>
  | BuildingAnswer
  /** Refuses a call of the sequencer. */
  | {
      readonly kind: 'refuse'
      readonly name: BuildingCall['kind']
      readonly call: CallId<BuildingResponse>
      readonly fault: Fault
    }
  | { readonly kind: 'run'; readonly job: Job; readonly heads: Heads | undefined }
  | { readonly kind: 'pause'; readonly job: JobKind; readonly forMs: number }
  | { readonly kind: 'write-chain'; readonly chain: Chain }
  /** Emits the outcome for a flashblock of another builder. */
  | { readonly kind: 'emit-checked'; readonly checked: CheckedFlashblock }
  /** Appends a flashblock to the log. */
  | { readonly kind: 'publish-flashblock'; readonly built: BuiltFlashblock }
  /** Wakes the engine at a time, in Unix milliseconds. */
  | { readonly kind: 'wake-flashblock'; readonly payloadId: Bytes8; readonly atMs: number }
  /** Reads unsafe blocks from a number on. */
  | { readonly kind: 'read-payloads'; readonly from: bigint }
  | Report

/** Answers a call of the sequencer. */
export interface BuildingAnswer extends Answer<BuildingResponse> {
  readonly name: BuildingCall['kind']
}

/** An effect that logs and counts. */
export type Report =
  | { readonly kind: 'report-refused'; readonly payload: Payload; readonly reason: string }
  /** `block` is the parent of the block whose next index was refused. */
  | {
      readonly kind: 'report-flashblock-refused'
      readonly block: BlockId
      readonly index: number
      readonly reason: string
    }
  | {
      readonly kind: 'report-taken-over'
      readonly takenOver: Extract<TakenOver, { kind: 'taken-over' }>
    }
  | {
      readonly kind: 'report-prefix-dropped'
      readonly dropped: Extract<TakenOver, { kind: 'dropped' }>
    }
  | { readonly kind: 'report-generation'; readonly chain: Chain; readonly cause: ResetCause }
  | { readonly kind: 'report-applied'; readonly applied: Applied; readonly chain: Chain }
  | { readonly kind: 'report-failure'; readonly job: JobKind; readonly failure: Failure }

/** The state at start. */
export const initialState: State = {
  chain: undefined,
  backupUnsafe: undefined,
  resetDue: undefined,
  resetSafe: undefined,
  applyDue: undefined,
  target: undefined,
  payloads: emptyQueue,
  building: noBuilding,
  received: [],
  storedAt: undefined,
  unsafeBefore: undefined,
  isBridgeDue: false,
  isElSyncing: false,
  isElSyncDue: false,
  isForkchoiceDue: false,
  isForkchoiceFresh: false,
  running: undefined,
  lastDone: undefined,
  paused: [],
  failures: {},
  resetSinceMs: undefined,
}
