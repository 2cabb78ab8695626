import { atoll } from '#proto/atoll.js'
import type { BlockId } from '#protocol/block/refs.ts'
import { uint64FromWire, uint64ToWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { blockIdFromWire, blockIdToWire } from './wire/refs.ts'

/** The safe head after derivation processed an L1 block. */
export interface SafeAt {
  readonly l1: BlockId
  readonly safe: BlockId
  readonly generation: bigint
}

/** Codec of `SafeAt`. */
export const safeAtCodec: MessageCodec<SafeAt> = messageCodec('SafeAt', atoll.v1.SafeAt, {
  toWire: safeAtToWire,
  fromWire: safeAtFromWire,
})

/** Wire form of an entry of the log `derivation.safe-at`. */
export function safeAtToWire({ l1, safe, generation }: SafeAt): atoll.v1.SafeAt.$Properties {
  return {
    l1: blockIdToWire(l1),
    safe: blockIdToWire(safe),
    generation: uint64ToWire(generation),
  }
}

/** @throws DecodeError if a block is missing or has a hash of the wrong length */
export function safeAtFromWire(message: atoll.v1.SafeAt.$Properties): SafeAt {
  return {
    l1: blockIdFromWire(message.l1, 'l1'),
    safe: blockIdFromWire(message.safe, 'safe'),
    generation: uint64FromWire(message.generation),
  }
}
