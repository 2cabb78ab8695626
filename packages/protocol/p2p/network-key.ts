import {
  isPoint,
  isPointCompressed,
  isPrivate,
  pointCompress,
  pointFromScalar,
} from 'tiny-secp256k1'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { areSameBytes } from '#protocol/codec/same-bytes.ts'
import type { Hash } from '#protocol/primitives.ts'
import { fromBase58, toBase58 } from './base58.ts'

// A node has one secp256k1 key for libp2p and discv5. Its compressed public key has 33 bytes.
// Spec: rollup-node-p2p.md#p2p-overview, libp2p peer-ids.md

/**
 * The compressed public key of a private key of 32 bytes.
 *
 * @throws RangeError if the private key is zero, or not below the order of the curve
 */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  const key = isPrivate(privateKey) ? pointFromScalar(privateKey, true) : null
  if (key === null) throw new RangeError('not a private key of secp256k1')
  return key
}

/**
 * Compresses a public key of 64 bytes, as in an enode URL.
 *
 * @throws DecodeError if it is not a point of the curve
 */
export function compressPublicKey(uncompressed: Uint8Array): Uint8Array {
  const point = Uint8Array.of(4, ...uncompressed)
  if (!isPoint(point)) throw new DecodeError('not a public key of secp256k1')
  return pointCompress(point, true)
}

/** @throws DecodeError unless the bytes are a compressed public key */
export function checkPublicKey(bytes: Uint8Array): Uint8Array {
  if (!isPointCompressed(bytes)) throw new DecodeError('not a compressed public key of secp256k1')
  return bytes
}

/** The identity of discv5: the Keccak-256 hash of the uncompressed public key. Spec: EIP-778, scheme v4 */
export function nodeIdOf(publicKey: Uint8Array): Hash {
  return toHash(keccak256(pointCompress(publicKey, false).subarray(1)))
}

/**
 * Head of a peer id, before the key: multihash "identity" of 37 bytes, then a protobuf with type 2 (secp256k1) and 33
 * bytes.
 */
const peerIdHead = Uint8Array.of(0x00, 0x25, 0x08, 0x02, 0x12, 0x21)

/** The peer id of a compressed public key, as text: `16Uiu2HA…`. */
export function peerIdOf(publicKey: Uint8Array): string {
  return toBase58(Uint8Array.of(...peerIdHead, ...publicKey))
}

/**
 * The compressed public key in a peer id.
 *
 * @throws DecodeError unless the text is the peer id of a secp256k1 key
 */
export function publicKeyOfPeerId(peerId: string): Uint8Array {
  const bytes = fromBase58(peerId)
  if (!areSameBytes(bytes.subarray(0, peerIdHead.length), peerIdHead))
    throw new DecodeError('not the peer id of a secp256k1 key')
  return checkPublicKey(bytes.subarray(peerIdHead.length))
}
