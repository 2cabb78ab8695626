import { atoll } from '#proto/atoll.js'
import type { BlockId } from '#protocol/block/refs.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { blockIdFromWire, blockIdToWire } from './wire/refs.ts'

/** A block from gossip that the execution client refused as invalid. */
export interface RefusedPayload {
  readonly block: BlockId
}

/** Codec of `RefusedPayload`. */
export const refusedPayloadCodec: MessageCodec<RefusedPayload> = messageCodec(
  'RefusedPayload',
  atoll.v1.RefusedPayload,
  {
    toWire: ({ block }: RefusedPayload) => ({ block: blockIdToWire(block) }),
    fromWire: ({ block }) => ({ block: blockIdFromWire(block, 'block') }),
  },
)
