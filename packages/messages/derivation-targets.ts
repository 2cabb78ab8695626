import { atoll } from '#proto/atoll.js'
import type { BlockId, L1BlockRef } from '#protocol/block/refs.ts'
import { optional, uint64FromWire, uint64ToWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { blockIdFromWire, blockIdToWire, l1RefFromWire, l1RefToWire } from './wire/refs.ts'

/** The finalization target for the engine, and the progress of derivation. */
export interface DerivationTargets {
  /** The L2 block that the engine may finalize; absent until such a block is known. */
  readonly finalized: BlockId | undefined
  /** Every L1 block below this one is derived; absent until the first block of a generation. */
  readonly currentL1: L1BlockRef | undefined
  /** The generation of `engine.chain` in which `currentL1` was derived; 0 while `currentL1` is absent. */
  readonly generation: bigint
  /**
   * A version of `engine.chain`. From this version on, that state has all heads that were derived from L1 blocks below
   * `currentL1`.
   */
  readonly version: bigint
}

/** Codec of `DerivationTargets`. */
export const derivationTargetsCodec: MessageCodec<DerivationTargets> = messageCodec(
  'DerivationTargets',
  atoll.v1.DerivationTargets,
  {
    toWire: ({ finalized, currentL1, generation, version }: DerivationTargets) => ({
      finalized: optional(finalized, blockIdToWire) ?? null,
      currentL1: optional(currentL1, l1RefToWire) ?? null,
      generation: uint64ToWire(generation),
      version: uint64ToWire(version),
    }),
    fromWire: (message) => ({
      finalized: optional(message.finalized, (id) => blockIdFromWire(id, 'finalized')),
      currentL1: optional(message.currentL1, (ref) => l1RefFromWire(ref, 'current_l1')),
      generation: uint64FromWire(message.generation),
      version: uint64FromWire(message.version),
    }),
  },
)
