import { atoll } from '#proto/atoll.js'
import { enumWire, uint64FromWire, uint64ToWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'

/** Asks the engine for a new generation. */
export interface ResetRequest {
  /** The generation to end; if it has ended, nothing happens. */
  readonly generation: bigint
  readonly reason: 'l1-reorg' | 'invalid-payload' | 'operator'
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
})

/** Codec of `ResetRequest`. */
export const resetRequestCodec: MessageCodec<ResetRequest> = messageCodec(
  'ResetRequest',
  atoll.v1.ResetRequest,
  {
    toWire: (request: ResetRequest) => ({
      generation: uint64ToWire(request.generation),
      reason: reason.toWire(request.reason),
    }),
    fromWire: (message) => ({
      generation: uint64FromWire(message.generation),
      reason: reason.fromWire(message.reason, 'reason'),
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
