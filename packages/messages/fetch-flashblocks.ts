import { atoll } from '#proto/atoll.js'
import type { BlockId } from '#protocol/block/refs.ts'
import { uint64FromWire, uint64ToWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { blockIdFromWire, blockIdToWire } from './wire/refs.ts'

/** Asks the other builders for their flashblocks of the child of a block, before a new leader takes it over. */
export interface FetchFlashblocksRequest {
  readonly parent: BlockId
  /** Unix seconds of the child. */
  readonly timestamp: bigint
  /** Lowest epoch of the new leader: when it began to lead, in Unix milliseconds. */
  readonly epoch: bigint
}

/** Which builders sent what they have. The engine has it by then. */
export interface FetchFlashblocksResponse {
  /** Number of builders that answered. */
  readonly answered: number
  /** Peer ids of the builders that did not answer in time, or to which the new leader could not prove that it leads. */
  readonly silent: readonly string[]
  /** Epoch of the new leader, which is higher than all that the builders have seen. Earlier leaders are refused. */
  readonly epoch: bigint
}

/** Codec of `FetchFlashblocksRequest`. */
export const fetchFlashblocksRequestCodec: MessageCodec<FetchFlashblocksRequest> = messageCodec(
  'FetchFlashblocksRequest',
  atoll.v1.FetchFlashblocksRequest,
  {
    toWire: ({ epoch, parent, timestamp }: FetchFlashblocksRequest) => ({
      parent: blockIdToWire(parent),
      timestamp: uint64ToWire(timestamp),
      epoch: uint64ToWire(epoch),
    }),
    fromWire: ({ epoch, parent, timestamp }) => ({
      parent: blockIdFromWire(parent, 'parent'),
      timestamp: uint64FromWire(timestamp),
      epoch: uint64FromWire(epoch),
    }),
  },
)

/** Codec of `FetchFlashblocksResponse`. */
export const fetchFlashblocksResponseCodec: MessageCodec<FetchFlashblocksResponse> = messageCodec(
  'FetchFlashblocksResponse',
  atoll.v1.FetchFlashblocksResponse,
  {
    toWire: ({ answered, epoch, silent }: FetchFlashblocksResponse) => ({
      answered,
      silent: [...silent],
      epoch: uint64ToWire(epoch),
    }),
    fromWire: ({ answered, epoch, silent }) => ({
      answered: answered ?? 0,
      silent: silent ?? [],
      epoch: uint64FromWire(epoch),
    }),
  },
)
