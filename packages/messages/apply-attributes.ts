import { atoll } from '#proto/atoll.js'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { uint64FromWire, uint64ToWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { attributesFromWire, attributesToWire } from './wire/payload-attributes.ts'
import { l1RefFromWire, l1RefToWire, l2RefFromWire, l2RefToWire } from './wire/refs.ts'

/**
 * The next attributes of the safe chain, with the L2 block that they build on and the L1 block that they were derived
 * from.
 */
export interface ApplyAttributesRequest {
  /** The generation of the engine's chain state. A reset ends the generation. */
  readonly generation: bigint
  /** Counts attributes within the generation, from 1. */
  readonly sequence: bigint
  readonly parent: L2BlockRef
  readonly attributes: PayloadAttributes
  /** The L1 block that the pipeline was reading when it derived the attributes. */
  readonly derivedFrom: L1BlockRef
  /** False while more blocks of the same span batch follow. */
  readonly concludesBatch: boolean
}

/** Whether the engine accepted the request; the outcome follows in `engine.chain`. */
export type ApplyAttributesResponse =
  /** Queued, or already applied. */
  | { readonly kind: 'accepted' }
  /** The request names another generation than the engine's. The engine's generation is `generation`. */
  | { readonly kind: 'refused'; readonly generation: bigint }

/** Codec of `ApplyAttributesRequest`. */
export const applyAttributesRequestCodec: MessageCodec<ApplyAttributesRequest> = messageCodec(
  'ApplyAttributesRequest',
  atoll.v1.ApplyAttributesRequest,
  {
    toWire: (request: ApplyAttributesRequest) => ({
      generation: uint64ToWire(request.generation),
      sequence: uint64ToWire(request.sequence),
      parent: l2RefToWire(request.parent),
      attributes: attributesToWire(request.attributes),
      derivedFrom: l1RefToWire(request.derivedFrom),
      concludesBatch: request.concludesBatch,
    }),
    fromWire: (message) => ({
      generation: uint64FromWire(message.generation),
      sequence: uint64FromWire(message.sequence),
      parent: l2RefFromWire(message.parent, 'parent'),
      attributes: attributesFromWire(message.attributes, 'attributes'),
      derivedFrom: l1RefFromWire(message.derivedFrom, 'derived_from'),
      concludesBatch: message.concludesBatch,
    }),
  },
)

/** Codec of `ApplyAttributesResponse`. */
export const applyAttributesResponseCodec: MessageCodec<ApplyAttributesResponse> = messageCodec(
  'ApplyAttributesResponse',
  atoll.v1.ApplyAttributesResponse,
  {
    toWire: (response: ApplyAttributesResponse) =>
      response.kind === 'accepted'
        ? { accepted: {} }
        : { refused: { generation: uint64ToWire(response.generation) } },
    fromWire: (message) => {
      switch (message.outcome) {
        case 'accepted':
          return { kind: 'accepted' }
        case 'refused':
          return { kind: 'refused', generation: uint64FromWire(message.refused?.generation) }
        case undefined:
          break
      }
      throw new DecodeError('outcome is missing')
    },
  },
)
