import { atoll } from '#proto/atoll.js'
import type { BlockId, L1BlockRef } from '#protocol/block/refs.ts'
import { optional } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { blockIdFromWire, blockIdToWire, l1RefFromWire, l1RefToWire } from './wire/refs.ts'

/** The finalization target for the engine, and the progress of derivation. */
export interface DerivationTargets {
  /** The L2 block that the engine may finalize; absent until one is known. */
  readonly finalized: BlockId | undefined
  /** Every L1 block below this one is derived; absent until the first block of a generation. */
  readonly currentL1: L1BlockRef | undefined
}

/** Codec of `DerivationTargets`. */
export const derivationTargetsCodec: MessageCodec<DerivationTargets> = messageCodec(
  'DerivationTargets',
  atoll.v1.DerivationTargets,
  {
    toWire: ({ finalized, currentL1 }: DerivationTargets) => ({
      finalized: optional(finalized, blockIdToWire) ?? null,
      currentL1: optional(currentL1, l1RefToWire) ?? null,
    }),
    fromWire: (message) => ({
      finalized: optional(message.finalized, (id) => blockIdFromWire(id, 'finalized')),
      currentL1: optional(message.currentL1, (ref) => l1RefFromWire(ref, 'current_l1')),
    }),
  },
)
