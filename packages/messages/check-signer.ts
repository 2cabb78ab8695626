import { atoll } from '#proto/atoll.js'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'

/** Asks gossip whether peers would accept the blocks that gossip signs. */
export type CheckSignerRequest = Readonly<Record<string, never>>

/** The answer. */
export interface CheckSignerResponse {
  /** Why peers would refuse the blocks; undefined if peers would accept them, or if this is unknown. */
  readonly problem: string | undefined
}

/** Codec of `CheckSignerRequest`. */
export const checkSignerRequestCodec: MessageCodec<CheckSignerRequest> = messageCodec(
  'CheckSignerRequest',
  atoll.v1.CheckSignerRequest,
  { toWire: () => ({}), fromWire: () => ({}) },
)

/** Codec of `CheckSignerResponse`. */
export const checkSignerResponseCodec: MessageCodec<CheckSignerResponse> = messageCodec(
  'CheckSignerResponse',
  atoll.v1.CheckSignerResponse,
  {
    toWire: ({ problem }: CheckSignerResponse) => ({ problem: problem ?? '' }),
    fromWire: ({ problem }) => ({ problem: problem === '' ? undefined : problem }),
  },
)
