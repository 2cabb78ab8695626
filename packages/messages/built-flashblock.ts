import { atoll } from '#proto/atoll.js'
import { maxFlashblocks } from '#protocol/flashblock/assembly.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import { present, uint64FromWire, uint64ToWire } from './wire/fields.ts'
import { flashblockFromWire, flashblockToWire } from './wire/flashblock.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'

/** A flashblock of the block that this node builds, executed and stored. */
export interface BuiltFlashblock {
  /** Number of the block. */
  readonly number: bigint
  readonly flashblock: Flashblock
  /** Epoch of the sequencer, which rises each time that it becomes the leader. */
  readonly epoch: bigint
}

/** Number of a flashblock in a log: readers know the number of the block that follows their head. */
export function flashblockNumber(block: bigint, index: number): bigint {
  return block * BigInt(maxFlashblocks) + BigInt(index)
}

/** The number of index 0 of the same block. */
export function firstFlashblockNumber(number: bigint): bigint {
  return number - (number % BigInt(maxFlashblocks))
}

/** Codec of `BuiltFlashblock`. */
export const builtFlashblockCodec: MessageCodec<BuiltFlashblock> = messageCodec(
  'BuiltFlashblock',
  atoll.v1.BuiltFlashblock,
  {
    toWire: ({ number, flashblock, epoch }: BuiltFlashblock) => ({
      number: uint64ToWire(number),
      flashblock: flashblockToWire(flashblock),
      epoch: uint64ToWire(epoch),
    }),
    fromWire: (message) => ({
      number: uint64FromWire(message.number),
      flashblock: flashblockFromWire(present(message.flashblock, 'flashblock'), 'flashblock'),
      epoch: uint64FromWire(message.epoch),
    }),
  },
)
