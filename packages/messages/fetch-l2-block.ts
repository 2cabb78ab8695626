import { atoll } from '#proto/atoll.js'
import type { AccountProof } from '#protocol/block/account-proof.ts'
import type { Payload, PayloadHeader } from '#protocol/block/payload.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Hash } from '#protocol/primitives.ts'
import { accountProofFromWire, accountProofToWire } from './wire/account-proof.ts'
import {
  enumWire,
  hashFromWire,
  hexToWire,
  present,
  uint64FromWire,
  uint64ToWire,
} from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import {
  payloadFromWire,
  payloadHeaderFromWire,
  payloadHeaderToWire,
  payloadToWire,
} from './wire/payload.ts'
import { l2RefFromWire, l2RefToWire } from './wire/refs.ts'

/** Request for a part of an L2 block. */
export interface FetchL2BlockRequest {
  readonly block:
    | { readonly kind: 'number'; readonly number: bigint }
    | { readonly kind: 'hash'; readonly hash: Hash }
    | { readonly kind: 'label'; readonly label: 'unsafe' | 'safe' | 'finalized' }
  /** `account-proof` is the proof of the L2ToL1MessagePasser account, for output roots before Isthmus. */
  readonly part: L2BlockPart['kind']
}

/** The requested part of a block. */
export type L2BlockPart =
  | { readonly kind: 'ref' }
  | { readonly kind: 'header'; readonly header: PayloadHeader }
  | { readonly kind: 'payload'; readonly payload: Payload }
  | { readonly kind: 'account-proof'; readonly proof: AccountProof }

/** The requested part of the block, or `not-found`, with the generation in which the engine read it. */
export type FetchL2BlockResponse = { readonly generation: bigint } & (
  | { readonly kind: 'found'; readonly ref: L2BlockRef; readonly part: L2BlockPart }
  | { readonly kind: 'not-found' }
)

const { Label, Part } = atoll.v1.FetchL2BlockRequest

const label = enumWire({
  unsafe: Label.UNSAFE,
  safe: Label.SAFE,
  finalized: Label.FINALIZED,
})

const part = enumWire({
  ref: Part.REF,
  header: Part.HEADER,
  payload: Part.PAYLOAD,
  'account-proof': Part.ACCOUNT_PROOF,
})

/** Codec of `FetchL2BlockRequest`. */
export const fetchL2BlockRequestCodec: MessageCodec<FetchL2BlockRequest> = messageCodec(
  'FetchL2BlockRequest',
  atoll.v1.FetchL2BlockRequest,
  {
    toWire: (request: FetchL2BlockRequest) => ({
      ...blockToWire(request.block),
      part: part.toWire(request.part),
    }),
    fromWire: (message) => ({
      block: blockFromWire(message),
      part: part.fromWire(message.part, 'part'),
    }),
  },
)

/** Codec of `FetchL2BlockResponse`. */
export const fetchL2BlockResponseCodec: MessageCodec<FetchL2BlockResponse> = messageCodec(
  'FetchL2BlockResponse',
  atoll.v1.FetchL2BlockResponse,
  {
    toWire: (response: FetchL2BlockResponse) => ({
      generation: uint64ToWire(response.generation),
      ...(response.kind === 'found'
        ? { found: { ref: l2RefToWire(response.ref), ...partToWire(response.part) } }
        : { notFound: {} }),
    }),
    fromWire: (message) => ({
      generation: uint64FromWire(message.generation),
      ...outcomeFromWire(message),
    }),
  },
)

function blockToWire(
  block: FetchL2BlockRequest['block'],
): atoll.v1.FetchL2BlockRequest.$Properties {
  switch (block.kind) {
    case 'number':
      return { number: uint64ToWire(block.number) }
    case 'hash':
      return { hash: hexToWire(block.hash) }
    case 'label':
      return { label: label.toWire(block.label) }
  }
}

function blockFromWire(message: atoll.v1.FetchL2BlockRequest): FetchL2BlockRequest['block'] {
  switch (message.block) {
    case 'number':
      return { kind: 'number', number: uint64FromWire(message.number) }
    case 'hash':
      return { kind: 'hash', hash: hashFromWire(message.hash, 'hash') }
    case 'label':
      return { kind: 'label', label: label.fromWire(message.label, 'label') }
    case undefined:
      break
  }
  throw new DecodeError('block is missing')
}

function partToWire(block: L2BlockPart): atoll.v1.FetchL2BlockResponse.Found.$Properties {
  switch (block.kind) {
    case 'ref':
      return {}
    case 'header':
      return { header: payloadHeaderToWire(block.header) }
    case 'payload':
      return { payload: payloadToWire(block.payload) }
    case 'account-proof':
      return { accountProof: accountProofToWire(block.proof) }
  }
}

function outcomeFromWire(
  message: atoll.v1.FetchL2BlockResponse,
):
  | { readonly kind: 'found'; readonly ref: L2BlockRef; readonly part: L2BlockPart }
  | { readonly kind: 'not-found' } {
  switch (message.outcome) {
    case 'found': {
      const found = present(message.found, 'found')
      return {
        kind: 'found',
        ref: l2RefFromWire(found.ref, 'found.ref'),
        part: partFromWire(found),
      }
    }
    case 'notFound':
      return { kind: 'not-found' }
    case undefined:
      break
  }
  throw new DecodeError('outcome is missing')
}

function partFromWire(found: atoll.v1.FetchL2BlockResponse.Found.$Properties): L2BlockPart {
  const { header, payload, accountProof } = found
  if (header) return { kind: 'header', header: payloadHeaderFromWire(header, 'found.header') }
  if (payload) return { kind: 'payload', payload: payloadFromWire(payload, 'found.payload') }
  if (accountProof) {
    const proof = accountProofFromWire(accountProof, 'found.account_proof')
    return { kind: 'account-proof', proof }
  }
  return { kind: 'ref' }
}
