import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { joined } from '#protocol/codec/joined.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Bytes8, Hash } from '#protocol/primitives.ts'

/** What a builder signs of a flashblock. */
export interface SignedLink {
  readonly l2ChainId: bigint
  readonly payloadId: Bytes8
  /** Epoch of the authorization; 0 without one. */
  readonly epoch: bigint
  /** Link of the flashblock, which follows from the parent and the hashes of all indices up to this one; see `linkOf`. */
  readonly link: Hash
}

/** Length of the signature of a builder: ed25519. */
export const builderSignatureBytes = 64

/** Separates these signatures from others by the same key, such as those of libp2p. */
const domain = keccak256(new TextEncoder().encode('atoll/flashblocks/flashblock/1'))

/** The hash that a builder signs, so that other builders can pass its flashblock on: 32 bytes. */
export function flashblockSigningHash({
  epoch,
  l2ChainId,
  link,
  payloadId,
}: SignedLink): Uint8Array {
  return keccak256(
    joined([
      domain,
      toFixedBigEndian(l2ChainId, 32),
      fromHex(payloadId),
      toFixedBigEndian(epoch, 8),
      fromHex(link),
    ]),
  )
}
