import { atoll } from '#proto/atoll.js'
import type { Payload } from '#protocol/block/payload.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import { bytes8FromWire, hexToWire, present, uint64FromWire, uint64ToWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { payloadFromWire, payloadToWire } from './wire/payload.ts'
import { blockIdFromWire, blockIdToWire } from './wire/refs.ts'

/** Asks the engine for the block that it builds. The chain stays unchanged. A repeated request gets the same block. */
export interface SealRequest {
  readonly generation: bigint
  /** The expected unsafe head. */
  readonly parent: BlockId
  readonly payloadId: Bytes8
  /** The timestamp of the attributes. */
  readonly timestamp: bigint
}

/** The built block, or why there is none. */
export type SealResponse =
  | { readonly kind: 'sealed'; readonly payload: Payload }
  /** The engine is in another generation, or has another unsafe head. */
  | { readonly kind: 'stale'; readonly reason: string }
  /** The execution client no longer knows the payload id. */
  | { readonly kind: 'unknown-payload' }

/** Codec of `SealRequest`. */
export const sealRequestCodec: MessageCodec<SealRequest> = messageCodec(
  'SealRequest',
  atoll.v1.SealRequest,
  {
    toWire: ({ generation, parent, payloadId, timestamp }: SealRequest) => ({
      generation: uint64ToWire(generation),
      parent: blockIdToWire(parent),
      payloadId: hexToWire(payloadId),
      timestamp: uint64ToWire(timestamp),
    }),
    fromWire: (message) => ({
      generation: uint64FromWire(message.generation),
      parent: blockIdFromWire(message.parent, 'parent'),
      payloadId: bytes8FromWire(message.payloadId, 'payload_id'),
      timestamp: uint64FromWire(message.timestamp),
    }),
  },
)

/** Codec of `SealResponse`. */
export const sealResponseCodec: MessageCodec<SealResponse> = messageCodec(
  'SealResponse',
  atoll.v1.SealResponse,
  {
    toWire: (response: SealResponse) => {
      switch (response.kind) {
        case 'sealed':
          return { sealed: payloadToWire(response.payload) }
        case 'stale':
          return { stale: { reason: response.reason } }
        case 'unknown-payload':
          return { unknownPayload: {} }
      }
    },
    fromWire: (message) => {
      switch (message.outcome) {
        case 'sealed': {
          const payload = payloadFromWire(present(message.sealed, 'sealed'), 'sealed')
          return { kind: 'sealed', payload }
        }
        case 'stale':
          return { kind: 'stale', reason: message.stale?.reason ?? '' }
        case 'unknownPayload':
          return { kind: 'unknown-payload' }
        case undefined:
          break
      }
      throw new DecodeError('outcome is missing')
    },
  },
)
