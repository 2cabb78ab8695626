import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { PeerId } from '@libp2p/interface'
import { peerIdFromPublicKey, peerIdFromString } from '@libp2p/peer-id'

/** Who a builder is for others. */
export interface BuilderIdentity {
  readonly peerId: string
  /** Signs a hash. @returns 64 bytes */
  sign(hash: Uint8Array): Uint8Array
}

/** Bytes of the secret, which come before the public key. */
const secretBytes = 32

/** The identity that a key gives. @param key 64 bytes, of {@link loadBuilderKey} */
export function builderIdentity(key: Uint8Array): BuilderIdentity {
  const [secret, raw] = [key.subarray(0, secretBytes), key.subarray(secretBytes)]
  const d = Buffer.from(secret).toString('base64url')
  const jwk = { ...publicJwk(raw), d }
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
  return {
    peerId: peerIdFromPublicKey(publicKeyFromRaw(raw)).toString(),
    sign: (hash) => new Uint8Array(sign(null, hash, privateKey)),
  }
}

/** Limit on the public keys that are kept: a builder has few peers. */
const maxKeys = 100

const keys = new Map<string, KeyObject | undefined>()

/** Whether a builder signed a hash. A peer id that is malformed, or not of an ed25519 key, signed nothing. */
export function isSignedBy(peerId: string, hash: Uint8Array, signature: Uint8Array): boolean {
  if (!keys.has(peerId)) {
    if (keys.size >= maxKeys) keys.clear()
    keys.set(peerId, publicKeyOf(peerId))
  }
  const key = keys.get(peerId)
  return key !== undefined && verify(null, hash, key, signature)
}

function publicKeyOf(peerId: string): KeyObject | undefined {
  const publicKey = parsePeerId(peerId)?.publicKey
  if (publicKey?.type !== 'Ed25519') return undefined
  return createPublicKey({ key: publicJwk(publicKey.raw), format: 'jwk' })
}

function parsePeerId(text: string): PeerId | undefined {
  try {
    return peerIdFromString(text)
    // eslint-disable-next-line atoll/use-caught-error -- a malformed peer id has no key, which signs nothing
  } catch {
    return undefined
  }
}

function publicJwk(raw: Uint8Array) {
  return { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') }
}
