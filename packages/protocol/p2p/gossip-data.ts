import { DecodeError } from '#protocol/codec/decode-error.ts'
import { declaredLength, decompress } from './snappy-block.ts'

/** Limit on the decompressed size of a gossip message. Spec: rollup-node-p2p.md#configuration */
export const maxGossipBytes: number = 10 * 2 ** 20

/** The data of a gossip message, which is decompressed once, for both its id and its validation. */
export type GossipData =
  | { readonly kind: 'decompressed'; readonly bytes: Uint8Array }
  /** The bytes as received, which cannot be decompressed. */
  | {
      readonly kind: 'raw'
      readonly bytes: Uint8Array
      readonly problem: 'not-snappy' | 'too-large'
    }

/** Decompresses the data of a gossip message. */
export function openGossipData(bytes: Uint8Array): GossipData {
  try {
    if (declaredLength(bytes) > maxGossipBytes) return { kind: 'raw', bytes, problem: 'too-large' }
    return { kind: 'decompressed', bytes: decompress(bytes, maxGossipBytes) }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { kind: 'raw', bytes, problem: 'not-snappy' }
  }
}
