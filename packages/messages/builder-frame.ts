import Long from 'long'
import { atoll } from '#proto/atoll.js'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { builderSignatureBytes } from '#protocol/flashblock/builder-signature.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import type { Bytes8, Hash } from '#protocol/primitives.ts'
import {
  bytes8FromWire,
  countFromWire,
  enumWire,
  hashFromWire,
  hexToWire,
  optional,
  present,
  sizedFromWire,
  uint64FromWire,
  uint64ToWire,
} from './wire/fields.ts'
import { flashblockFromWire, flashblockToWire } from './wire/flashblock.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import {
  type SignedAuthorization,
  signedAuthorizationFromWire,
  signedAuthorizationToWire,
} from './wire/build-authorization.ts'

/** A frame of the streams between builders. These frames are not on the bus. */
export type BuilderFrame =
  /** The first frame of each stream. */
  | { readonly kind: 'hello'; readonly l2ChainId: bigint }
  | { readonly kind: 'flashblock'; readonly sent: SentFlashblock }
  | {
      readonly kind: 'acknowledgement'
      readonly acknowledgement: Acknowledgement
      /** When it was sent, by the clock of the receiver, in Unix milliseconds. */
      readonly atMs: number
    }
  /** Asks for flashblocks again, from an index on. */
  | {
      readonly kind: 'request'
      /** Undefined for those of the newest block. */
      readonly payloadId: Bytes8 | undefined
      readonly fromIndex: number
      /** The answer names it; 0 if none is wanted. */
      readonly id: number
      /** Permission of the new leader that asks: earlier leaders are refused from then on. */
      readonly leader: SignedAuthorization | undefined
    }
  /** All flashblocks that a request asks for have been sent. */
  | { readonly kind: 'answered'; readonly id: number }

/** Who made a flashblock, and who allowed it. */
export interface FlashblockProof {
  /** Undefined from a builder whose sequencer signs none. */
  readonly authorization: SignedAuthorization | undefined
  /** Peer id of the builder that made it. */
  readonly builder: string
  /** 64 bytes, by the key of the peer id; see `flashblockSigningHash`. */
  readonly signature: Uint8Array
}

/** A flashblock, sent by the builder that made it or by another one that has it. */
export interface SentFlashblock extends FlashblockProof {
  /** Number of the block. */
  readonly number: bigint
  readonly flashblock: Flashblock
  /** Link of the index before, or the parent hash; see `linkOf`. */
  readonly previousLink: Hash
}

/** What the receiver of a flashblock did with it. */
export interface Acknowledgement {
  readonly payloadId: Bytes8
  readonly index: number
  readonly blockHash: Hash
  /** `executed`: also stored. */
  readonly status: 'received' | 'executed' | 'refused'
  /** Why the flashblock was refused; otherwise empty. */
  readonly reason: string
}

const { Status } = atoll.v1.Acknowledgement
const statusWire = enumWire<Acknowledgement['status'], atoll.v1.Acknowledgement.Status>({
  received: Status.RECEIVED,
  executed: Status.EXECUTED,
  refused: Status.REFUSED,
})

/** Codec of `BuilderFrame`. */
export const builderFrameCodec: MessageCodec<BuilderFrame> = messageCodec(
  'BuilderFrame',
  atoll.v1.BuilderFrame,
  {
    toWire: (frame: BuilderFrame) => {
      switch (frame.kind) {
        case 'hello':
          return { hello: { l2ChainId: uint64ToWire(frame.l2ChainId) } }
        case 'flashblock':
          return { flashblock: sentToWire(frame.sent) }
        case 'acknowledgement': {
          const { blockHash, index, payloadId, reason, status } = frame.acknowledgement
          const names = { payloadId: hexToWire(payloadId), index, blockHash: hexToWire(blockHash) }
          const atMs = Long.fromNumber(frame.atMs, true)
          return { acknowledgement: { ...names, status: statusWire.toWire(status), reason, atMs } }
        }
        case 'request': {
          const { fromIndex, id, leader, payloadId } = frame
          const names = { payloadId: optional(payloadId, hexToWire) ?? null, fromIndex }
          const signed = optional(leader, signedAuthorizationToWire) ?? null
          return { request: { ...names, id: Long.fromNumber(id, true), leader: signed } }
        }
        case 'answered':
          return { answered: { id: Long.fromNumber(frame.id, true) } }
      }
    },
    fromWire: (message) => {
      switch (message.content) {
        case 'hello':
          return { kind: 'hello', l2ChainId: uint64FromWire(message.hello?.l2ChainId) }
        case 'flashblock':
          return {
            kind: 'flashblock',
            sent: sentFromWire(present(message.flashblock, 'flashblock')),
          }
        case 'acknowledgement': {
          const wire = present(message.acknowledgement, 'acknowledgement')
          const acknowledgement = acknowledgementFromWire(wire)
          const atMs = countFromWire(wire.atMs, 'acknowledgement.at_ms')
          return { kind: 'acknowledgement', acknowledgement, atMs }
        }
        case 'request': {
          const { fromIndex, id, leader, payloadId } = present(message.request, 'request')
          const isNewest = payloadId === null || payloadId === undefined || payloadId.length === 0
          return {
            kind: 'request',
            payloadId: isNewest ? undefined : bytes8FromWire(payloadId, 'request.payload_id'),
            fromIndex: fromIndex ?? 0,
            id: countFromWire(id, 'request.id'),
            leader: optional(leader, signedAuthorizationFromWire),
          }
        }
        case 'answered':
          return { kind: 'answered', id: countFromWire(message.answered?.id, 'answered.id') }
        case undefined:
          break
      }
      throw new DecodeError('content is missing')
    },
  },
)

function sentToWire({
  flashblock,
  number,
  previousLink,
  ...proof
}: SentFlashblock): atoll.v1.SentFlashblock.$Properties {
  return {
    number: uint64ToWire(number),
    flashblock: flashblockToWire(flashblock),
    previousLink: hexToWire(previousLink),
    proof: proofToWire(proof),
  }
}

function sentFromWire(message: atoll.v1.SentFlashblock.$Properties): SentFlashblock {
  return {
    number: uint64FromWire(message.number),
    flashblock: flashblockFromWire(present(message.flashblock, 'flashblock'), 'flashblock'),
    previousLink: hashFromWire(message.previousLink, 'previous_link'),
    ...proofFromWire(present(message.proof, 'proof')),
  }
}

/** Wire form of a proof. */
export function proofToWire({
  authorization,
  builder,
  signature,
}: FlashblockProof): atoll.v1.FlashblockProof.$Properties {
  const signed = optional(authorization, signedAuthorizationToWire) ?? null
  return { authorization: signed, builder, signature }
}

/** Reads a proof. @throws DecodeError if a field has the wrong length */
export function proofFromWire(message: atoll.v1.FlashblockProof.$Properties): FlashblockProof {
  return {
    authorization: optional(message.authorization, signedAuthorizationFromWire),
    builder: message.builder ?? '',
    signature: sizedFromWire(message.signature, builderSignatureBytes, 'proof.signature'),
  }
}

function acknowledgementFromWire(message: atoll.v1.Acknowledgement.$Properties): Acknowledgement {
  return {
    payloadId: bytes8FromWire(message.payloadId, 'payload_id'),
    index: message.index ?? 0,
    blockHash: hashFromWire(message.blockHash, 'block_hash'),
    status: statusWire.fromWire(message.status, 'status'),
    reason: message.reason ?? '',
  }
}
