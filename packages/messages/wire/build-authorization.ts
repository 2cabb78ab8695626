import type { atoll } from '#proto/atoll.js'
import type { BuildAuthorization } from '#protocol/flashblock/authorization.ts'
import { signatureBytes } from '#protocol/p2p/payload-signature.ts'
import {
  bytes8FromWire,
  hashFromWire,
  hexToWire,
  sizedFromWire,
  uint64FromWire,
  uint64ToWire,
} from './fields.ts'

/** An authorization, and the signature of the sequencer over it. */
export interface SignedAuthorization {
  readonly authorization: BuildAuthorization
  /** 65 bytes. */
  readonly signature: Uint8Array
}

/** Wire form of a signed authorization. */
export function signedAuthorizationToWire({
  authorization,
  signature,
}: SignedAuthorization): atoll.v1.BuildAuthorization.$Properties {
  return { ...authorizationToWire(authorization), signature }
}

/** Reads a signed authorization. @throws DecodeError if a field has the wrong length */
export function signedAuthorizationFromWire(
  message: atoll.v1.BuildAuthorization.$Properties,
): SignedAuthorization {
  return {
    authorization: authorizationFromWire(message),
    signature: sizedFromWire(message.signature, signatureBytes, 'authorization.signature'),
  }
}

/** Wire form of an authorization without a signature. */
export function authorizationToWire(
  authorization: BuildAuthorization,
): atoll.v1.BuildAuthorization.$Properties {
  return {
    l2ChainId: uint64ToWire(authorization.l2ChainId),
    parentHash: hexToWire(authorization.parentHash),
    number: uint64ToWire(authorization.number),
    timestamp: uint64ToWire(authorization.timestamp),
    payloadId: hexToWire(authorization.payloadId),
    epoch: uint64ToWire(authorization.epoch),
    builder: authorization.builder,
    notAfterMs: uint64ToWire(authorization.notAfterMs),
  }
}

/** Reads an authorization. @throws DecodeError if a field has the wrong length */
export function authorizationFromWire(
  message: atoll.v1.BuildAuthorization.$Properties,
): BuildAuthorization {
  return {
    l2ChainId: uint64FromWire(message.l2ChainId),
    parentHash: hashFromWire(message.parentHash, 'authorization.parent_hash'),
    number: uint64FromWire(message.number),
    timestamp: uint64FromWire(message.timestamp),
    payloadId: bytes8FromWire(message.payloadId, 'authorization.payload_id'),
    epoch: uint64FromWire(message.epoch),
    builder: message.builder ?? '',
    notAfterMs: uint64FromWire(message.notAfterMs),
  }
}
