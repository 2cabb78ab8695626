import { atoll } from '#proto/atoll.js'
import type { Payload } from '#protocol/block/payload.ts'
import { present } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { payloadFromWire, payloadToWire } from './wire/payload.ts'

/** An unsafe block from an operator, with a valid hash. */
export interface PostPayloadRequest {
  readonly payload: Payload
}

/** The engine has the block, and inserts it when its parent is the unsafe head. */
export type PostPayloadResponse = Readonly<Record<string, never>>

/** Codec of `PostPayloadRequest`. */
export const postPayloadRequestCodec: MessageCodec<PostPayloadRequest> = messageCodec(
  'PostPayloadRequest',
  atoll.v1.PostPayloadRequest,
  {
    toWire: ({ payload }: PostPayloadRequest) => ({ payload: payloadToWire(payload) }),
    fromWire: (message) => ({
      payload: payloadFromWire(present(message.payload, 'payload'), 'payload'),
    }),
  },
)

/** Codec of `PostPayloadResponse`. */
export const postPayloadResponseCodec: MessageCodec<PostPayloadResponse> = messageCodec(
  'PostPayloadResponse',
  atoll.v1.PostPayloadResponse,
  { toWire: () => ({}), fromWire: () => ({}) },
)
