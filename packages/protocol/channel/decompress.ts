import { inflateSync } from 'node:zlib'
import type { ChannelRules } from '#protocol/chains/chain-spec.ts'
import { decompressBrotli } from './brotli.ts'
import type { Decompressed } from './decompressed.ts'
import { inflate } from './inflate.ts'
import { isRefusal, outputChunkBytes, toUint8Array } from './node-zlib.ts'

/** Why a channel is not decompressed. */
export type CompressionRefusal = 'unknown-compression' | 'brotli-not-allowed'

/** The first byte of a brotli channel. Spec: protocol/fjord/derivation.md#brotli-channel-compression */
export const brotliVersion = 0x01

// Rule compression-type: The first byte selects zlib, or brotli from Fjord on; any other byte makes the channel
// invalid.
// Spec: derivation.md#channel-format, fjord/derivation.md#brotli-channel-compression, derive/channel.go
/**
 * Decompresses a channel, up to the limit or the first flaw.
 *
 * Spec: protocol/derivation.md#channel-format, protocol/fjord/derivation.md#brotli-channel-compression
 */
export function decompress(
  data: Uint8Array,
  rules: Pick<ChannelRules, 'allowsBrotli' | 'maxRlpBytesPerChannel'>,
): Decompressed | CompressionRefusal {
  const first = data[0]
  if (first === undefined) return 'unknown-compression'
  // The reserved method 15 passes this check, but the zlib header is then invalid.
  const method = first & 0x0f
  if (method === 8 || method === 15) return decompressZlib(data, rules.maxRlpBytesPerChannel)
  if (first !== brotliVersion) return 'unknown-compression'
  if (!rules.allowsBrotli) return 'brotli-not-allowed'
  return decompressBrotli(data.subarray(1), rules.maxRlpBytesPerChannel)
}

function decompressZlib(data: Uint8Array, maxBytes: number): Decompressed {
  try {
    const buffer = inflateSync(data, { maxOutputLength: maxBytes, chunkSize: outputChunkBytes })
    const bytes = toUint8Array(buffer)
    return { bytes, end: 'complete', flawedFrom: undefined }
  } catch (error) {
    if (isRefusal(error)) return inflate(data, maxBytes)
    throw error
  }
}
