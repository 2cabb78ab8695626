import { joined } from '#protocol/codec/joined.ts'
import { compress } from './snappy-block.ts'

/**
 * The data of a gossip message for a signed block.
 *
 * @param signature 65 bytes, from `signBlock`
 * @param body from `encodePayload`
 * Spec: rollup-node-p2p.md#block-encoding
 */
export function encodeBlockMessage(signature: Uint8Array, body: Uint8Array): Uint8Array {
  return compress(joined([signature, body]))
}
