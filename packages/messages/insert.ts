import { atoll } from '#proto/atoll.js'
import type { Payload } from '#protocol/block/payload.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { present, uint64FromWire, uint64ToWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { payloadFromWire, payloadToWire } from './wire/payload.ts'
import { l2RefFromWire, l2RefToWire } from './wire/refs.ts'

/** Asks the engine to make a sealed block the unsafe head. A repeated request has no further effect. */
export interface InsertRequest {
  readonly generation: bigint
  /** A child of the unsafe head. */
  readonly payload: Payload
}

/** The outcome for the block. */
export type InsertResponse =
  | { readonly kind: 'inserted'; readonly block: L2BlockRef }
  /** The engine is in another generation, or the parent is not its unsafe head. */
  | { readonly kind: 'stale'; readonly reason: string }
  /** The execution client refuses the block. A retry cannot change that. */
  | { readonly kind: 'invalid'; readonly reason: string }

/** Codec of `InsertRequest`. */
export const insertRequestCodec: MessageCodec<InsertRequest> = messageCodec(
  'InsertRequest',
  atoll.v1.InsertRequest,
  {
    toWire: ({ generation, payload }: InsertRequest) => ({
      generation: uint64ToWire(generation),
      payload: payloadToWire(payload),
    }),
    fromWire: (message) => ({
      generation: uint64FromWire(message.generation),
      payload: payloadFromWire(present(message.payload, 'payload'), 'payload'),
    }),
  },
)

/** Codec of `InsertResponse`. */
export const insertResponseCodec: MessageCodec<InsertResponse> = messageCodec(
  'InsertResponse',
  atoll.v1.InsertResponse,
  {
    toWire: (response: InsertResponse) => {
      switch (response.kind) {
        case 'inserted':
          return { inserted: l2RefToWire(response.block) }
        case 'stale':
          return { stale: { reason: response.reason } }
        case 'invalid':
          return { invalid: { reason: response.reason } }
      }
    },
    fromWire: (message) => {
      switch (message.outcome) {
        case 'inserted':
          return { kind: 'inserted', block: l2RefFromWire(message.inserted, 'inserted') }
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
