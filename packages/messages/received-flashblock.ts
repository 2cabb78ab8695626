import Long from 'long'
import { atoll } from '#proto/atoll.js'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import { countFromWire, optional, present, uint64FromWire, uint64ToWire } from './wire/fields.ts'
import { type FlashblockProof, proofFromWire, proofToWire } from './builder-frame.ts'
import { flashblockFromWire, flashblockToWire } from './wire/flashblock.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'

/** A flashblock of another builder, which may send it, or of a public stream. It is not executed yet. */
export interface ReceivedFlashblock {
  /** Number of the block. */
  readonly number: bigint
  readonly flashblock: Flashblock
  /** Epoch of the sequencer that authorized it; 0 if it was not authorized. */
  readonly epoch: bigint
  /** Peer id of the sender, or the stream. */
  readonly peer: string
  /** Unix milliseconds. */
  readonly receivedMs: number
  /** Undefined from op-rbuilder, and from a stream. */
  readonly proof: FlashblockProof | undefined
  /** Whether it comes from a public stream that the node follows. No sequencer has authorized it, so it is never taken over. */
  readonly fromStream: boolean
}

/** Codec of `ReceivedFlashblock`. */
export const receivedFlashblockCodec: MessageCodec<ReceivedFlashblock> = messageCodec(
  'ReceivedFlashblock',
  atoll.v1.ReceivedFlashblock,
  {
    toWire: ({ number, flashblock, epoch, fromStream, peer, proof, receivedMs }) => ({
      number: uint64ToWire(number),
      flashblock: flashblockToWire(flashblock),
      epoch: uint64ToWire(epoch),
      peer,
      receivedMs: Long.fromNumber(receivedMs, true),
      proof: optional(proof, proofToWire) ?? null,
      fromStream,
    }),
    fromWire: (message) => ({
      number: uint64FromWire(message.number),
      flashblock: flashblockFromWire(present(message.flashblock, 'flashblock'), 'flashblock'),
      epoch: uint64FromWire(message.epoch),
      peer: message.peer ?? '',
      receivedMs: countFromWire(message.receivedMs, 'received_ms'),
      proof: optional(message.proof, proofFromWire),
      fromStream: message.fromStream ?? false,
    }),
  },
)
