import { atoll } from '#proto/atoll.js'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import {
  addressFromWire,
  hashFromWire,
  hexToWire,
  optional,
  present,
  uint64FromWire,
  uint64ToWire,
} from './wire/fields.ts'
import { l1BlockFromWire, l1BlockToWire } from './wire/l1-block.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { l1RefFromWire, l1RefToWire } from './wire/refs.ts'

/** Request for an L1 block with the data of a batcher. */
export interface FetchL1BlockRequest {
  readonly block:
    | { readonly kind: 'number'; readonly number: bigint }
    | { readonly kind: 'hash'; readonly hash: Hash }
  /** If the block has another parent, the response is `reorged`. */
  readonly parentHash: Hash | undefined
  /** The batcher whose transactions and blobs the response includes. */
  readonly batcherAddress: Address
}

/** The block, or why there is none. */
export type FetchL1BlockResponse =
  | { readonly kind: 'block'; readonly block: L1Block }
  | { readonly kind: 'not-found' }
  /** Another block is canonical at this number. */
  | { readonly kind: 'reorged'; readonly canonical: L1BlockRef }

/** Codec of `FetchL1BlockRequest`. */
export const fetchL1BlockRequestCodec: MessageCodec<FetchL1BlockRequest> = messageCodec(
  'FetchL1BlockRequest',
  atoll.v1.FetchL1BlockRequest,
  {
    toWire: ({ block, parentHash, batcherAddress }: FetchL1BlockRequest) => ({
      ...(block.kind === 'number'
        ? { number: uint64ToWire(block.number) }
        : { hash: hexToWire(block.hash) }),
      parentHash: optional(parentHash, hexToWire) ?? null,
      batcherAddress: hexToWire(batcherAddress),
    }),
    fromWire: (message) => ({
      block: blockFromWire(message),
      parentHash: optional(message.parentHash, (hash) => hashFromWire(hash, 'parent_hash')),
      batcherAddress: addressFromWire(message.batcherAddress, 'batcher_address'),
    }),
  },
)

/** Codec of `FetchL1BlockResponse`. */
export const fetchL1BlockResponseCodec: MessageCodec<FetchL1BlockResponse> = messageCodec(
  'FetchL1BlockResponse',
  atoll.v1.FetchL1BlockResponse,
  { toWire: responseToWire, fromWire: responseFromWire },
)

function blockFromWire(message: atoll.v1.FetchL1BlockRequest): FetchL1BlockRequest['block'] {
  switch (message.block) {
    case 'number':
      return { kind: 'number', number: uint64FromWire(message.number) }
    case 'hash':
      return { kind: 'hash', hash: hashFromWire(message.hash, 'hash') }
    case undefined:
      break
  }
  throw new DecodeError('block is missing')
}

function responseToWire(response: FetchL1BlockResponse): atoll.v1.FetchL1BlockResponse.$Properties {
  switch (response.kind) {
    case 'block':
      return { block: l1BlockToWire(response.block) }
    case 'not-found':
      return { notFound: {} }
    case 'reorged':
      return { reorged: l1RefToWire(response.canonical) }
  }
}

function responseFromWire(message: atoll.v1.FetchL1BlockResponse): FetchL1BlockResponse {
  switch (message.outcome) {
    case 'block':
      return { kind: 'block', block: l1BlockFromWire(present(message.block, 'block'), 'block') }
    case 'notFound':
      return { kind: 'not-found' }
    case 'reorged':
      return { kind: 'reorged', canonical: l1RefFromWire(message.reorged, 'reorged') }
    case undefined:
      break
  }
  throw new DecodeError('outcome is missing')
}
