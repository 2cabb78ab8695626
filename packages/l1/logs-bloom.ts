import { keccak256 } from '#protocol/codec/keccak.ts'

/**
 * Whether a block may have a log with an address or a topic. If false, the block has no such log.
 *
 * @param bloom 256 bytes
 * Spec: execution-specs, bloom
 */
export function mayHaveLog(bloom: Uint8Array, entry: Uint8Array): boolean {
  const hash = keccak256(entry)
  return [0, 2, 4].every((at) => {
    const bit = (((hash[at] ?? 0) << 8) | (hash[at + 1] ?? 0)) & 0x7ff
    return ((bloom[255 - (bit >> 3)] ?? 0) & (1 << (bit & 7))) !== 0
  })
}
