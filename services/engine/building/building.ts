import type { ExecuteRequest, ExecuteResponse } from '#messages/execute.ts'
import type { InsertRequest, InsertResponse } from '#messages/insert.ts'
import type { SealRequest, SealResponse } from '#messages/seal.ts'
import type { StartBuildingRequest, StartBuildingResponse } from '#messages/start-building.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { Bytes32, Bytes8 } from '#protocol/primitives.ts'
import type { TakenOver } from '#services/engine/flashblocks/take-over.ts'
import type { FlashblockBuild } from '#services/engine/flashblocks/flashblock-build.ts'
import type { CallId } from '#service/sources.ts'

/** A call of the sequencer that starts to build a block. */
interface StartBuildingCall {
  readonly kind: 'start-building'
  readonly request: StartBuildingRequest
  readonly call: CallId<StartBuildingResponse>
  /** Digest of the attributes and of their parent. */
  readonly digest: Bytes32
}

/** A call of the sequencer that ends the building of a block. */
interface SealCall {
  readonly kind: 'seal'
  readonly request: SealRequest
  readonly call: CallId<SealResponse>
}

/** A call of the sequencer that asks for the verdict on a block of a foreign builder. */
interface ExecuteCall {
  readonly kind: 'execute'
  readonly request: ExecuteRequest
  readonly call: CallId<ExecuteResponse>
}

/** A call of the sequencer that makes a block the unsafe head. */
interface InsertCall {
  readonly kind: 'insert'
  readonly request: InsertRequest
  readonly call: CallId<InsertResponse>
}

/** A call of the sequencer. */
export type BuildingCall = StartBuildingCall | SealCall | ExecuteCall | InsertCall

/** The response to a call of the sequencer. */
export type BuildingResponse =
  StartBuildingResponse | SealResponse | ExecuteResponse | InsertResponse

/** A call, and the response that the work of the execution client led to. */
export type BuildingDone =
  | (StartBuildingCall & {
      readonly response: Fresh<StartBuildingResponse>
      /** Undefined if the block goes on from no prefix. */
      readonly takenOver?: TakenOver | undefined
    })
  | (SealCall & { readonly response: Fresh<SealResponse> })
  | (ExecuteCall & { readonly response: Fresh<ExecuteResponse> })
  | (InsertCall & { readonly response: Fresh<InsertResponse> })

type Fresh<Response extends { readonly kind: string }> = Exclude<
  Response,
  { readonly kind: 'stale' }
>

/** The waiting calls of the sequencer, and the results that answer repeated calls. */
export interface Building {
  /** Calls that wait until no job is running, the earliest first. */
  readonly waiting: readonly BuildingCall[]
  /** The last build that started in this generation, with the digest of its attributes and their parent. */
  readonly started:
    | {
        readonly digest: Bytes32
        readonly attempt: bigint
        /** Epoch of the sequencer; undefined for a block without flashblocks. */
        readonly epoch: bigint | undefined
        readonly payloadId: Bytes8
      }
    | undefined
  /** The block that was sealed last in this generation. */
  readonly sealed: { readonly payloadId: Bytes8; readonly payload: Payload } | undefined
  /** The block that is published in parts, if the last build that started is one. */
  readonly flashblocks: FlashblockBuild | undefined
  /** The last blocks of the sequencer that became the unsafe head in this generation. */
  readonly inserted: readonly L2BlockRef[]
}

/** No calls, and nothing remembered. */
export const noBuilding: Building = {
  waiting: [],
  started: undefined,
  sealed: undefined,
  flashblocks: undefined,
  inserted: [],
}
