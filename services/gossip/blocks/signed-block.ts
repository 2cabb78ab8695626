import type { Payload } from '#protocol/block/payload.ts'
import { encodeBlockMessage } from '#protocol/p2p/block-message.ts'
import { encodePayload } from '#protocol/p2p/encode-payload.ts'
import { maxGossipBytes } from '#protocol/p2p/gossip-data.ts'
import { signatureBytes } from '#protocol/p2p/payload-signature.ts'
import type { PayloadVersion } from '#protocol/p2p/payload-version.ts'

/**
 * Limit on a compressed block: an RPC of the gossipsub library has at most 4 MiB, and 64 KiB are reserved for its other
 * parts.
 */
const maxSentBytes = 4 * 2 ** 20 - 65_536

/** Encodes an own block as the body of its message. @throws RangeError if the block is larger than peers accept */
export function blockBody(version: PayloadVersion, payload: Payload): Uint8Array {
  const body = encodePayload(version, payload)
  if (body.length + signatureBytes > maxGossipBytes)
    throw new RangeError(`it has ${body.length} bytes, but peers accept at most ${maxGossipBytes}`)
  return body
}

/** Encodes the message of a signed block. @throws RangeError if the message is larger than gossipsub can send */
export function signedMessage(signature: Uint8Array, body: Uint8Array): Uint8Array {
  const data = encodeBlockMessage(signature, body)
  if (data.length > maxSentBytes)
    throw new RangeError(
      `it has ${data.length} bytes compressed, but at most ${maxSentBytes} can be sent`,
    )
  return data
}
