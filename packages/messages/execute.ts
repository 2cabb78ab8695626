import { atoll } from '#proto/atoll.js'
import type { Payload } from '#protocol/block/payload.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { present, uint64FromWire, uint64ToWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { payloadFromWire, payloadToWire } from './wire/payload.ts'

/** Asks the engine whether the execution client accepts a block. The chain stays unchanged. */
export interface ExecuteRequest {
  readonly generation: bigint
  /** A child of the unsafe head. */
  readonly payload: Payload
}

/** The verdict on the block. */
export type ExecuteResponse =
  | { readonly kind: 'valid' }
  /** The engine is in another generation, or the parent is not its unsafe head. */
  | { readonly kind: 'stale'; readonly reason: string }
  /** The execution client refuses the block. A retry cannot change that. */
  | { readonly kind: 'invalid'; readonly reason: string }

/** Codec of `ExecuteRequest`. */
export const executeRequestCodec: MessageCodec<ExecuteRequest> = messageCodec(
  'ExecuteRequest',
  atoll.v1.ExecuteRequest,
  {
    toWire: ({ generation, payload }: ExecuteRequest) => ({
      generation: uint64ToWire(generation),
      payload: payloadToWire(payload),
    }),
    fromWire: (message) => ({
      generation: uint64FromWire(message.generation),
      payload: payloadFromWire(present(message.payload, 'payload'), 'payload'),
    }),
  },
)

/** Codec of `ExecuteResponse`. */
export const executeResponseCodec: MessageCodec<ExecuteResponse> = messageCodec(
  'ExecuteResponse',
  atoll.v1.ExecuteResponse,
  {
    toWire: (response: ExecuteResponse) => {
      switch (response.kind) {
        case 'valid':
          return { valid: {} }
        case 'stale':
          return { stale: { reason: response.reason } }
        case 'invalid':
          return { invalid: { reason: response.reason } }
      }
    },
    fromWire: (message) => {
      switch (message.outcome) {
        case 'valid':
          return { kind: 'valid' }
        case 'stale':
          return { kind: 'stale', reason: message.stale?.reason ?? '' }
        case 'invalid':
          return { kind: 'invalid', reason: message.invalid?.reason ?? '' }
        case undefined:
          break
      }
      throw new DecodeError('outcome is missing')
    },
  },
)
