import { atoll } from '#proto/atoll.js'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { Address } from '#protocol/primitives.ts'
import { addressFromWire, hexToWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { l1RefFromWire, l1RefToWire } from './wire/refs.ts'

/**
 * The part of the system config that is needed at the L1 head: the unsafe block signer. Derivation does not use this
 * message, since it needs the system config at the L1 block that it reads.
 */
export interface SystemConfigUpdate {
  readonly at: L1BlockRef
  /** The address that must have signed a gossiped payload. */
  readonly unsafeBlockSigner: Address
}

/** Codec of `SystemConfigUpdate`. */
export const systemConfigUpdateCodec: MessageCodec<SystemConfigUpdate> = messageCodec(
  'SystemConfigUpdate',
  atoll.v1.SystemConfigUpdate,
  {
    toWire: ({ at, unsafeBlockSigner }: SystemConfigUpdate) => ({
      at: l1RefToWire(at),
      unsafeBlockSigner: hexToWire(unsafeBlockSigner),
    }),
    fromWire: (message) => ({
      at: l1RefFromWire(message.at, 'at'),
      unsafeBlockSigner: addressFromWire(message.unsafeBlockSigner, 'unsafe_block_signer'),
    }),
  },
)
