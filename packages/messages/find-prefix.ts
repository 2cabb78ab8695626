import { atoll } from '#proto/atoll.js'
import type { BlockId } from '#protocol/block/refs.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import { bytes8FromWire, hexToWire, optional, uint64FromWire, uint64ToWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { blockIdFromWire, blockIdToWire } from './wire/refs.ts'

/**
 * Asks the engine for the flashblocks of the unfinished block on its unsafe head. Another builder may have begun this
 * block.
 */
export interface FindPrefixRequest {
  readonly generation: bigint
  /** The expected unsafe head. */
  readonly parent: BlockId
}

/** The flashblocks that a new leader takes over. */
export interface FindPrefixResponse {
  /** Undefined if there are none. */
  readonly prefix: FoundPrefix | undefined
}

/** The flashblocks of an unfinished block. */
export interface FoundPrefix {
  readonly payloadId: Bytes8
  /** The newest index. */
  readonly index: number
  /** L1 origin of the block. */
  readonly l1Origin: BlockId
  /**
   * Epoch of the leader whose sequencer authorized these flashblocks, which rises with each new leader; 0 if they were
   * not authorized.
   */
  readonly epoch: bigint
}

/** Codec of `FindPrefixRequest`. */
export const findPrefixRequestCodec: MessageCodec<FindPrefixRequest> = messageCodec(
  'FindPrefixRequest',
  atoll.v1.FindPrefixRequest,
  {
    toWire: ({ generation, parent }: FindPrefixRequest) => ({
      generation: uint64ToWire(generation),
      parent: blockIdToWire(parent),
    }),
    fromWire: (message) => ({
      generation: uint64FromWire(message.generation),
      parent: blockIdFromWire(message.parent, 'parent'),
    }),
  },
)

/** Codec of `FindPrefixResponse`. */
export const findPrefixResponseCodec: MessageCodec<FindPrefixResponse> = messageCodec(
  'FindPrefixResponse',
  atoll.v1.FindPrefixResponse,
  {
    toWire: ({ prefix }: FindPrefixResponse) => ({
      prefix:
        prefix === undefined
          ? null
          : {
              payloadId: hexToWire(prefix.payloadId),
              index: prefix.index,
              l1Origin: blockIdToWire(prefix.l1Origin),
              epoch: uint64ToWire(prefix.epoch),
            },
    }),
    fromWire: (message) => ({
      prefix: optional(message.prefix, (prefix) => ({
        payloadId: bytes8FromWire(prefix.payloadId, 'prefix.payload_id'),
        index: prefix.index ?? 0,
        l1Origin: blockIdFromWire(prefix.l1Origin, 'prefix.l1_origin'),
        epoch: uint64FromWire(prefix.epoch),
      })),
    }),
  },
)
