import { atoll } from '#proto/atoll.js'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Bytes8, Hash } from '#protocol/primitives.ts'
import { bytes8FromWire, hashFromWire, hexToWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'

/** The outcome for a flashblock of another builder. */
export interface CheckedFlashblock {
  readonly payloadId: Bytes8
  readonly index: number
  /**
   * Hash of the block up to this index, as its builder computed it. If the builder computes none, the newest executed
   * index has the hash that the execution client computed.
   */
  readonly blockHash: Hash
  /** Peer id of the sender, or the stream. */
  readonly peer: string
  readonly outcome: FlashblockOutcome
}

/** The outcome for a flashblock. */
export type FlashblockOutcome =
  /** The execution client found the block up to this index valid, and the engine stored it. */
  | { readonly kind: 'executed' }
  /** The engine stored it, and has it executed when its parent is known. */
  | { readonly kind: 'stored' }
  | { readonly kind: 'refused'; readonly reason: string }

/** Codec of `CheckedFlashblock`. */
export const checkedFlashblockCodec: MessageCodec<CheckedFlashblock> = messageCodec(
  'CheckedFlashblock',
  atoll.v1.CheckedFlashblock,
  {
    toWire: ({ payloadId, index, blockHash, peer, outcome }: CheckedFlashblock) => ({
      payloadId: hexToWire(payloadId),
      index,
      blockHash: hexToWire(blockHash),
      peer,
      ...outcomeToWire(outcome),
    }),
    fromWire: (message) => ({
      payloadId: bytes8FromWire(message.payloadId, 'payload_id'),
      index: message.index ?? 0,
      blockHash: hashFromWire(message.blockHash, 'block_hash'),
      peer: message.peer ?? '',
      outcome: outcomeFromWire(message),
    }),
  },
)

function outcomeToWire(outcome: FlashblockOutcome): atoll.v1.CheckedFlashblock.$Properties {
  switch (outcome.kind) {
    case 'executed':
      return { executed: {} }
    case 'stored':
      return { stored: {} }
    case 'refused':
      return { refused: { reason: outcome.reason } }
  }
}

function outcomeFromWire(message: atoll.v1.CheckedFlashblock): FlashblockOutcome {
  switch (message.outcome) {
    case 'executed':
    case 'stored':
      return { kind: message.outcome }
    case 'refused':
      return { kind: 'refused', reason: message.refused?.reason ?? '' }
    case undefined:
      break
  }
  throw new DecodeError('outcome is missing')
}
