import { atoll } from '#proto/atoll.js'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import { optional } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { l1RefFromWire, l1RefToWire } from './wire/refs.ts'

/** The L1 heads of da-watcher. */
export interface L1Heads {
  readonly head: L1BlockRef
  /** Absent until an L1 node returns one. */
  readonly safe: L1BlockRef | undefined
  /** Absent until an L1 node returns one. */
  readonly finalized: L1BlockRef | undefined
}

/** Codec of `L1Heads`. */
export const l1HeadsCodec: MessageCodec<L1Heads> = messageCodec('L1Heads', atoll.v1.L1Heads, {
  toWire: (heads: L1Heads) => ({
    head: l1RefToWire(heads.head),
    safe: optional(heads.safe, l1RefToWire) ?? null,
    finalized: optional(heads.finalized, l1RefToWire) ?? null,
  }),
  fromWire: (message) => ({
    head: l1RefFromWire(message.head, 'head'),
    safe: optional(message.safe, (ref) => l1RefFromWire(ref, 'safe')),
    finalized: optional(message.finalized, (ref) => l1RefFromWire(ref, 'finalized')),
  }),
})
