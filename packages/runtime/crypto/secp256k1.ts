import { recover } from 'tiny-secp256k1'
import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { toAddress } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Address } from '#protocol/primitives.ts'
import type { Signature } from '#protocol/transaction/transaction.ts'

/** Order of the curve. */
export const curveOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** Only the smaller of the two possible values of `s` is valid. Spec: EIP-2 */
const largestS = curveOrder / 2n

/**
 * Recovers the public key of a signature; `s` may be any value below the order of the curve.
 *
 * @param hash 32 bytes
 * @returns 64 bytes; undefined if the signature is invalid
 */
export function recoverPublicKey(
  hash: Uint8Array,
  { r, s, yParity }: Signature,
): Uint8Array | undefined {
  if (r <= 0n || r >= curveOrder || s <= 0n || s >= curveOrder || yParity > 1) return undefined
  const compact = new Uint8Array(64)
  compact.set(toFixedBigEndian(r, 32))
  compact.set(toFixedBigEndian(s, 32), 32)
  try {
    return recover(hash, compact, yParity === 1 ? 1 : 0)?.subarray(1)
  } catch (error) {
    // The library throws if `r` is not on the curve.
    if (error instanceof Error) return undefined
    throw error
  }
}

/** Recovers the signer; undefined if the signature is invalid, or `s` is above the half order. */
export function recoverSigner(hash: Uint8Array, signature: Signature): Address | undefined {
  if (signature.s > largestS) return undefined
  const key = recoverPublicKey(hash, signature)
  return key === undefined ? undefined : toAddress(keccak256(key).subarray(12))
}
