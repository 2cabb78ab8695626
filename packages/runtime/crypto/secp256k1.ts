import { createRequire } from 'node:module'
import { recover as recoverInWasm } from 'tiny-secp256k1'
import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { toAddress } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Address } from '#protocol/primitives.ts'
import type { Signature } from '#protocol/transaction/transaction.ts'

/** Order of the curve. */
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** The larger of the two `s` that sign the same is not valid. Spec: EIP-2 */
const largestS = order / 2n

type Recover = (hash: Uint8Array, compact: Uint8Array, recovery: 0 | 1) => Uint8Array | null

const recover: Recover = loadNative() ?? ((hash, compact, id) => recoverInWasm(hash, compact, id))

/** Native code is there for most platforms and takes 57 µs, a quarter of what WebAssembly does. */
function loadNative(): Recover | undefined {
  try {
    const native = createRequire(import.meta.url)('secp256k1') as {
      ecdsaRecover(
        signature: Uint8Array,
        recovery: number,
        hash: Uint8Array,
        compressed: boolean,
      ): Uint8Array
    }
    return (hash, compact, id) => native.ecdsaRecover(compact, id, hash, false)
  } catch (error) {
    // It is an optional package.
    if (error instanceof Error) return undefined
    throw error
  }
}

/**
 * The public key behind a signature, of any `s` below the order of the curve.
 *
 * @param hash 32 bytes
 * @returns 64 bytes; undefined if no key made it
 */
export function recoverPublicKey(
  hash: Uint8Array,
  { r, s, yParity }: Signature,
): Uint8Array | undefined {
  if (r <= 0n || r >= order || s <= 0n || s >= order || yParity > 1) return undefined
  const compact = new Uint8Array(64)
  compact.set(toFixedBigEndian(r, 32))
  compact.set(toFixedBigEndian(s, 32), 32)
  try {
    return recover(hash, compact, yParity === 1 ? 1 : 0)?.subarray(1)
  } catch (error) {
    // Both libraries throw where `r` is no point of the curve.
    if (error instanceof Error) return undefined
    throw error
  }
}

/** Who signed; undefined if nobody can have, or the signature is not in its one valid form. */
export function recoverSigner(hash: Uint8Array, signature: Signature): Address | undefined {
  if (signature.s > largestS) return undefined
  const key = recoverPublicKey(hash, signature)
  return key === undefined ? undefined : toAddress(keccak256(key).subarray(12))
}
