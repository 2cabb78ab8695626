import type { Payload } from '#protocol/block/payload.ts'
import { encodeBlockMessage } from '#protocol/p2p/block-message.ts'
import { encodePayload } from '#protocol/p2p/encode-payload.ts'
import { maxGossipBytes } from '#protocol/p2p/gossip-data.ts'
import {
  payloadHash,
  signatureBytes,
  signBlock,
  signingHash,
} from '#protocol/p2p/payload-signature.ts'
import type { PayloadVersion } from '#protocol/p2p/payload-version.ts'

/** The key that signs the blocks of a chain. */
export interface BlockKey {
  readonly l2ChainId: bigint
  /** Private key of the sequencer. */
  readonly key: Uint8Array
}

/**
 * Limit on a compressed block: an RPC of the gossipsub library has at most 4 MiB, and 64 KiB are reserved for its other
 * parts.
 */
const maxSentBytes = 4 * 2 ** 20 - 65_536

/**
 * Signs a block and encodes it for gossip.
 *
 * @throws RangeError for a block that is larger than peers accept, or than gossipsub can send
 */
export function signedBlock(
  version: PayloadVersion,
  payload: Payload,
  { l2ChainId, key }: BlockKey,
): Uint8Array {
  const body = encodePayload(version, payload)
  if (body.length + signatureBytes > maxGossipBytes)
    throw new RangeError(`it has ${body.length} bytes, but peers accept at most ${maxGossipBytes}`)
  const data = encodeBlockMessage(signBlock(signingHash(l2ChainId, payloadHash(body)), key), body)
  if (data.length > maxSentBytes)
    throw new RangeError(
      `it has ${data.length} bytes compressed, but at most ${maxSentBytes} can be sent`,
    )
  return data
}
