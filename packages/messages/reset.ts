import { atoll } from '#proto/atoll.js'
import type { BlockId } from '#protocol/block/refs.ts'
import { enumWire, optional, uint64FromWire, uint64ToWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { blockIdFromWire, blockIdToWire } from './wire/refs.ts'

/** Asks the engine for a new generation. */
export interface ResetRequest {
  /** The generation to end; if it has ended, nothing happens. */
  readonly generation: bigint
  /** `history`: what derivation knows of safe heads ends below the one that EL sync chose. */
  readonly reason: 'l1-reorg' | 'invalid-payload' | 'operator' | 'history'
  /** The safe head to begin with, if the chain has it; the engine finds one if it is left out. */
  readonly safe?: BlockId | undefined
}

/** The generation that is in force. */
export interface ResetResponse {
  readonly generation: bigint
}

const { Reason } = atoll.v1.ResetRequest

const reason = enumWire({
  'l1-reorg': Reason.L1_REORG,
  'invalid-payload': Reason.INVALID_PAYLOAD,
  operator: Reason.OPERATOR,
  history: Reason.HISTORY,
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
