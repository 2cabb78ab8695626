import { atoll } from '#proto/atoll.js'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { type SafeAt, safeAtFromWire, safeAtToWire } from './safe-at.ts'
import { enumWire, present, uint64FromWire, uint64ToWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'

/** Which entry of the safe-head history is requested. */
export type SafeHeadAtRequest =
  /** The newest entry at or below this L1 block. */
  | { readonly kind: 'l1-number'; readonly number: bigint }
  /** The earliest entry whose safe head is at or above this L2 block. */
  | { readonly kind: 'l2-number'; readonly number: bigint }

/** The entry, or why there is none. */
export type SafeHeadAtResponse =
  | { readonly kind: 'found'; readonly entry: SafeAt }
  /** The requested block is above the newest entry, or there are no entries. */
  | { readonly kind: 'not-yet' }
  /** The requested block is below the first entry. */
  | { readonly kind: 'too-old' }

/** Codec of `SafeHeadAtRequest`. */
export const safeHeadAtRequestCodec: MessageCodec<SafeHeadAtRequest> = messageCodec(
  'SafeHeadAtRequest',
  atoll.v1.SafeHeadAtRequest,
  {
    toWire: ({ kind, number }: SafeHeadAtRequest) =>
      kind === 'l1-number'
        ? { l1Number: uint64ToWire(number) }
        : { l2Number: uint64ToWire(number) },
    fromWire: (message) => {
      switch (message.block) {
        case 'l1Number':
          return { kind: 'l1-number', number: uint64FromWire(message.l1Number) }
        case 'l2Number':
          return { kind: 'l2-number', number: uint64FromWire(message.l2Number) }
        case undefined:
          break
      }
      throw new DecodeError('block is missing')
    },
  },
)

const missing = enumWire({
  'not-yet': atoll.v1.SafeHeadAtResponse.Missing.NOT_YET,
  'too-old': atoll.v1.SafeHeadAtResponse.Missing.TOO_OLD,
})

/** Codec of `SafeHeadAtResponse`. */
export const safeHeadAtResponseCodec: MessageCodec<SafeHeadAtResponse> = messageCodec(
  'SafeHeadAtResponse',
  atoll.v1.SafeHeadAtResponse,
  {
    toWire: (response: SafeHeadAtResponse) =>
      response.kind === 'found'
        ? { found: safeAtToWire(response.entry) }
        : { missing: missing.toWire(response.kind) },
    fromWire: (message) => {
      switch (message.outcome) {
        case 'found':
          return { kind: 'found', entry: safeAtFromWire(present(message.found, 'found')) }
        case 'missing':
          return { kind: missing.fromWire(message.missing, 'missing') }
        case undefined:
          break
      }
      throw new DecodeError('outcome is missing')
    },
  },
)
