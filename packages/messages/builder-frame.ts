import { atoll } from '#proto/atoll.js'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import type { Bytes8, Hash } from '#protocol/primitives.ts'
import {
  bytes8FromWire,
  enumWire,
  hashFromWire,
  hexToWire,
  optional,
  present,
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
  | { readonly kind: 'acknowledgement'; readonly acknowledgement: Acknowledgement }
  /** Asks for flashblocks again, from an index on. */
  | {
      readonly kind: 'request'
      /** Undefined for those of the newest block. */
      readonly payloadId: Bytes8 | undefined
      readonly fromIndex: number
    }

/** A flashblock from the builder that made it. */
export interface SentFlashblock {
  /** Number of the block. */
  readonly number: bigint
  readonly flashblock: Flashblock
  /** Link of the index before, or the parent hash; see `linkOf`. */
  readonly previousLink: Hash
  /** Undefined from a builder whose sequencer signs none. */
  readonly authorization: SignedAuthorization | undefined
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
          return { acknowledgement: { ...names, status: statusWire.toWire(status), reason } }
        }
        case 'request': {
          const { fromIndex, payloadId } = frame
          return { request: { payloadId: optional(payloadId, hexToWire) ?? null, fromIndex } }
        }
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
        case 'acknowledgement':
          return {
            kind: 'acknowledgement',
            acknowledgement: acknowledgementFromWire(
              present(message.acknowledgement, 'acknowledgement'),
            ),
          }
        case 'request': {
          const { fromIndex, payloadId } = present(message.request, 'request')
          const isNewest = payloadId === null || payloadId === undefined || payloadId.length === 0
          return {
            kind: 'request',
            payloadId: isNewest ? undefined : bytes8FromWire(payloadId, 'request.payload_id'),
            fromIndex: fromIndex ?? 0,
          }
        }
        case undefined:
          break
      }
      throw new DecodeError('content is missing')
    },
  },
)

function sentToWire({
  authorization,
  flashblock,
  number,
  previousLink,
}: SentFlashblock): atoll.v1.SentFlashblock.$Properties {
  return {
    number: uint64ToWire(number),
    flashblock: flashblockToWire(flashblock),
    previousLink: hexToWire(previousLink),
    authorization: optional(authorization, signedAuthorizationToWire) ?? null,
  }
}

function sentFromWire(message: atoll.v1.SentFlashblock.$Properties): SentFlashblock {
  return {
    number: uint64FromWire(message.number),
    flashblock: flashblockFromWire(present(message.flashblock, 'flashblock'), 'flashblock'),
    previousLink: hashFromWire(message.previousLink, 'previous_link'),
    authorization: optional(message.authorization, signedAuthorizationFromWire),
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
