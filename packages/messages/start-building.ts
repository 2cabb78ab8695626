import { atoll } from '#proto/atoll.js'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import type { FlashblockTimes } from '#protocol/flashblock/schedule.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import { bytes8FromWire, hexToWire, optional, uint64FromWire, uint64ToWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { attributesFromWire, attributesToWire } from './wire/payload-attributes.ts'
import { blockIdFromWire, blockIdToWire } from './wire/refs.ts'

/**
 * Asks the engine to start building a block on top of its unsafe head. A repeated request gets the same payload id,
 * unless `attempt` differs.
 */
export interface StartBuildingRequest {
  /** The generation of the engine's chain state, which a reset ends. */
  readonly generation: bigint
  /** The expected unsafe head. */
  readonly parent: BlockId
  readonly attributes: PayloadAttributes
  /** Number of earlier builds on the parent that led to no block. Each number starts another build. */
  readonly attempt: bigint
  /** When the block is published in parts; undefined if it is published only when it is sealed. */
  readonly flashblocks?: FlashblockPlan | undefined
  /** Payload id of the prefix that the block goes on from; undefined to build from the start. */
  readonly continues?: Bytes8 | undefined
}

/** When flashblocks are made; the block time is that of the chain. */
export type FlashblockSlots = Omit<FlashblockTimes, 'blockTimeMs'>

/** How the flashblocks of a block are made. */
export interface FlashblockPlan extends FlashblockSlots {
  /** Epoch of the sequencer, which rises each time that it becomes the leader. */
  readonly epoch: bigint
}

/** Whether the execution client builds the block. */
export type StartBuildingResponse =
  | { readonly kind: 'started'; readonly payloadId: Bytes8 }
  /** The engine is in another generation, or has another unsafe head. */
  | { readonly kind: 'stale'; readonly reason: string }
  /** No valid block has these attributes. */
  | { readonly kind: 'invalid'; readonly reason: string }

/** Codec of `StartBuildingRequest`. */
export const startBuildingRequestCodec: MessageCodec<StartBuildingRequest> = messageCodec(
  'StartBuildingRequest',
  atoll.v1.StartBuildingRequest,
  {
    toWire: ({
      generation,
      parent,
      attributes,
      attempt,
      flashblocks,
      continues,
    }: StartBuildingRequest) => ({
      generation: uint64ToWire(generation),
      parent: blockIdToWire(parent),
      attributes: attributesToWire(attributes),
      attempt: uint64ToWire(attempt),
      flashblocks: optional(flashblocks, planToWire) ?? null,
      continues: optional(continues, hexToWire) ?? null,
    }),
    fromWire: (message) => ({
      generation: uint64FromWire(message.generation),
      parent: blockIdFromWire(message.parent, 'parent'),
      attributes: attributesFromWire(message.attributes, 'attributes'),
      attempt: uint64FromWire(message.attempt),
      flashblocks: optional(message.flashblocks, planFromWire),
      continues: optional(message.continues, (id) => bytes8FromWire(id, 'continues')),
    }),
  },
)

function planToWire({ epoch, ...slots }: FlashblockPlan): atoll.v1.FlashblockTimes.$Properties {
  return { ...slots, epoch: uint64ToWire(epoch) }
}

/** @throws DecodeError if the interval is 0 */
function planFromWire(message: atoll.v1.FlashblockTimes.$Properties): FlashblockPlan {
  const intervalMs = message.intervalMs ?? 0
  if (intervalMs === 0) throw new DecodeError('flashblocks.interval_ms: 0, want at least 1')
  return {
    intervalMs,
    sendOffsetMs: message.sendOffsetMs ?? 0,
    endBufferMs: message.endBufferMs ?? 0,
    epoch: uint64FromWire(message.epoch),
  }
}

/** Codec of `StartBuildingResponse`. */
export const startBuildingResponseCodec: MessageCodec<StartBuildingResponse> = messageCodec(
  'StartBuildingResponse',
  atoll.v1.StartBuildingResponse,
  {
    toWire: (response: StartBuildingResponse) => {
      switch (response.kind) {
        case 'started':
          return { started: { payloadId: hexToWire(response.payloadId) } }
        case 'stale':
          return { stale: { reason: response.reason } }
        case 'invalid':
          return { invalid: { reason: response.reason } }
      }
    },
    fromWire: (message) => {
      switch (message.outcome) {
        case 'started': {
          const payloadId = bytes8FromWire(message.started?.payloadId, 'started.payload_id')
          return { kind: 'started', payloadId }
        }
        case 'stale':
          return { kind: 'stale', reason: message.stale?.reason ?? '' }
        case 'invalid':
          return { kind: 'invalid', reason: message.invalid?.reason ?? '' }
        case undefined:
          break
      }
      throw new DecodeError('outcome is missing')
    },
  },
)
