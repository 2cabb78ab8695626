import Long from 'long'
import { atoll } from '#proto/atoll.js'
import type { Payload } from '#protocol/block/payload.ts'
import { countFromWire, present } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { payloadFromWire, payloadToWire } from './wire/payload.ts'

/** A block of this node's sequencer, for the peers. Gossip signs it. */
export interface PublishPayloadRequest {
  readonly payload: Payload
}

/** The outcome for the block. */
export interface PublishPayloadResponse {
  /** Number of peers that the block was sent to. These peers forward the block to others. */
  readonly peers: number
  /** Whether this block was sent before. If so, the block is not sent again. */
  readonly wasPublished: boolean
}

/** Codec of `PublishPayloadRequest`. */
export const publishPayloadRequestCodec: MessageCodec<PublishPayloadRequest> = messageCodec(
  'PublishPayloadRequest',
  atoll.v1.PublishPayloadRequest,
  {
    toWire: ({ payload }: PublishPayloadRequest) => ({ payload: payloadToWire(payload) }),
    fromWire: (message) => ({
      payload: payloadFromWire(present(message.payload, 'payload'), 'payload'),
    }),
  },
)

/** Codec of `PublishPayloadResponse`. */
export const publishPayloadResponseCodec: MessageCodec<PublishPayloadResponse> = messageCodec(
  'PublishPayloadResponse',
  atoll.v1.PublishPayloadResponse,
  {
    toWire: ({ peers, wasPublished }: PublishPayloadResponse) => ({
      peers: Long.fromNumber(peers, true),
      wasPublished,
    }),
    fromWire: ({ peers, wasPublished }) => ({
      peers: countFromWire(peers, 'peers'),
      wasPublished: wasPublished ?? false,
    }),
  },
)
