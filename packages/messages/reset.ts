import { atoll } from '#proto/atoll.js'
import type { PipelineResetReason } from '#protocol/pipeline/pipeline.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import { enumWire, optional, uint64FromWire, uint64ToWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { blockIdFromWire, blockIdToWire } from './wire/refs.ts'

/** Asks the engine to reset its chain state, which begins a new generation. */
export interface ResetRequest {
  /** The generation to end. A request for an earlier generation has no effect. */
  readonly generation: bigint
  readonly reason: ResetReason
  /** The safe head to start from, if the chain has this block. Otherwise the engine searches for a safe head. */
  readonly safe?: BlockId | undefined
}

/** Why a generation has to end. */
export type ResetReason =
  | PipelineResetReason
  | 'l1-reorg'
  | 'invalid-payload'
  | 'operator'
  /** The safe-head history ends below the safe head that EL sync chose. */
  | 'history'
  /** The L1 block from which the safe head was derived is unknown. */
  | 'unknown-inclusion'
  /** The engine is in an older generation than its state on the bus. */
  | 'engine-behind'

/** The current generation. */
export interface ResetResponse {
  readonly generation: bigint
}

const { Reason } = atoll.v1.ResetRequest

const reason = enumWire<ResetReason, atoll.v1.ResetRequest.Reason>({
  'l1-reorg': Reason.L1_REORG,
  'invalid-payload': Reason.INVALID_PAYLOAD,
  operator: Reason.OPERATOR,
  history: Reason.HISTORY,
  'unknown-inclusion': Reason.UNKNOWN_INCLUSION,
  'engine-behind': Reason.ENGINE_BEHIND,
  'l1-parent-hash': Reason.L1_PARENT_HASH,
  'l1-timestamp': Reason.L1_TIMESTAMP,
  'parent-hash': Reason.PARENT_HASH,
  timestamp: Reason.TIMESTAMP,
  epoch: Reason.EPOCH,
  'epoch-of-other-chain': Reason.EPOCH_OF_OTHER_CHAIN,
})

/** Codec of `ResetRequest`. */
export const resetRequestCodec: MessageCodec<ResetRequest> = messageCodec(
  'ResetRequest',
  atoll.v1.ResetRequest,
  {
    toWire: (request: ResetRequest) => ({
      generation: uint64ToWire(request.generation),
      reason: reason.toWire(request.reason),
      safe: optional(request.safe, blockIdToWire) ?? null,
    }),
    fromWire: (message) => ({
      generation: uint64FromWire(message.generation),
      reason: reason.fromWire(message.reason, 'reason'),
      safe: optional(message.safe, (safe) => blockIdFromWire(safe, 'safe')),
    }),
  },
)

/** Codec of `ResetResponse`. */
export const resetResponseCodec: MessageCodec<ResetResponse> = messageCodec(
  'ResetResponse',
  atoll.v1.ResetResponse,
  {
    toWire: ({ generation }: ResetResponse) => ({ generation: uint64ToWire(generation) }),
    fromWire: ({ generation }) => ({ generation: uint64FromWire(generation) }),
  },
)
