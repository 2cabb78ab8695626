import { isPrivate, signRecoverable } from 'tiny-secp256k1'
import { fromBigEndian, toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex, toAddress } from '#protocol/codec/hex.ts'
import { joined } from '#protocol/codec/joined.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Address } from '#protocol/primitives.ts'
import type { Signature } from '#protocol/transaction/transaction.ts'
import { nodeIdOf, publicKeyOf } from './network-key.ts'

/** Size of a signature: `r`, `s`, and the parity of `y` as 0 or 1. */
export const signatureBytes = 65

/**
 * Recovers a public key of 64 bytes; undefined if the signature is invalid. `s` may be any value below the order of the
 * curve, `yParity` 0 or 1.
 */
export type RecoverPublicKey = (hash: Uint8Array, signature: Signature) => Uint8Array | undefined

/** Domain of signatures on blocks: zero. */
const blocksDomain = new Uint8Array(32)

/** The hash of the body of a block message, which {@link signingHash} covers. This hash is not the block hash. */
export function payloadHash(body: Uint8Array): Uint8Array {
  return keccak256(body)
}

/**
 * The hash that the sequencer signs: over the domain, the chain and the payload.
 *
 * @param hash {@link payloadHash}
 * Spec: rollup-node-p2p.md#block-signatures
 */
export function signingHash(l2ChainId: bigint, hash: Uint8Array): Uint8Array {
  return keccak256(joined([blocksDomain, toFixedBigEndian(l2ChainId, 32), hash]))
}

/**
 * Signs a {@link signingHash}. The signature is deterministic (RFC 6979), and `s` is the smaller of the two valid
 * values.
 *
 * @throws RangeError if the 32 bytes of the key are zero, or not below the order of the curve
 */
export function signBlock(hash: Uint8Array, privateKey: Uint8Array): Uint8Array {
  if (!isPrivate(privateKey)) throw new RangeError('not a private key of secp256k1')
  const { signature, recoveryId } = signRecoverable(hash, privateKey)
  return Uint8Array.of(...signature, recoveryId)
}

/**
 * The address that a private key signs blocks as.
 *
 * @throws RangeError if the 32 bytes of the key are zero, or not below the order of the curve
 */
export function signerOf(privateKey: Uint8Array): Address {
  // The last 20 bytes of the node id of discv5 are the address, since both are hashes of the public key.
  return toAddress(fromHex(nodeIdOf(publicKeyOf(privateKey))).subarray(12))
}

/** Inputs of the check of a signature other than the message. */
export interface SignatureRules {
  readonly l2ChainId: bigint
  readonly recover: RecoverPublicKey
}

/**
 * Recovers the address that signed a message; undefined if the signature is invalid.
 *
 * @param message decompressed: the signature and at least one byte
 */
export function messageSigner(
  message: Uint8Array,
  { l2ChainId, recover }: SignatureRules,
): Address | undefined {
  const hash = signingHash(l2ChainId, payloadHash(message.subarray(signatureBytes)))
  return blockSigner(hash, message.subarray(0, signatureBytes), recover)
}

/**
 * Recovers the address that signed a {@link signingHash}; undefined if the signature is invalid. As in op-node, both
 * values of `s` are valid. A block that is sent again with the other value of `s` is a repeat, since repeats are
 * detected by block hash.
 */
export function blockSigner(
  hash: Uint8Array,
  signature: Uint8Array,
  recover: RecoverPublicKey,
): Address | undefined {
  const yParity = signature[64]
  if (signature.length !== signatureBytes || yParity === undefined) return undefined
  const r = fromBigEndian(signature.subarray(0, 32))
  const s = fromBigEndian(signature.subarray(32, 64))
  const key = recover(hash, { r, s, yParity })
  return key && toAddress(keccak256(key).subarray(12))
}
