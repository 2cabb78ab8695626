import { atoll } from '#proto/atoll.js'
import type { Payload } from '#protocol/block/payload.ts'
import { present } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { payloadFromWire, payloadToWire } from './wire/payload.ts'

/** An unsafe block from a peer, with a valid sequencer signature, hash and fields. */
export interface ReceivedPayload {
  readonly payload: Payload
}

/** Codec of `ReceivedPayload`. */
export const receivedPayloadCodec: MessageCodec<ReceivedPayload> = messageCodec(
  'ReceivedPayload',
  atoll.v1.ReceivedPayload,
  {
    toWire: ({ payload }: ReceivedPayload) => ({ payload: payloadToWire(payload) }),
    fromWire: (message) => ({
      payload: payloadFromWire(present(message.payload, 'payload'), 'payload'),
    }),
  },
)
