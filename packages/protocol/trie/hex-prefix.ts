/** The nibbles of a key, high nibble first. */
export function toNibbles(key: Uint8Array): Uint8Array {
  const nibbles = new Uint8Array(key.length * 2)
  let at = 0
  for (const byte of key) {
    nibbles[at++] = byte >> 4
    nibbles[at++] = byte & 15
  }
  return nibbles
}

/** The path of a trie node. */
export interface NodePath {
  readonly nibbles: Uint8Array
  /** Whether the node is a leaf. */
  readonly isLeaf: boolean
}

/** Encodes a path with its flags for a leaf and for an odd length. Spec: yellow paper, appendix C */
export function encodeHexPrefix({ nibbles, isLeaf }: NodePath): Uint8Array {
  const odd = nibbles.length % 2
  const packed = new Uint8Array((nibbles.length >> 1) + 1)
  packed[0] = ((isLeaf ? 2 : 0) + odd) << 4
  if (odd === 1) packed[0] |= nibbles[0] ?? 0
  for (let at = odd; at < nibbles.length; at += 2)
    packed[(at + 2) >> 1] = ((nibbles[at] ?? 0) << 4) | (nibbles[at + 1] ?? 0)
  return packed
}

/** Decodes an encoded path. */
export function decodeHexPrefix(packed: Uint8Array): NodePath {
  const flags = packed[0] ?? 0
  const nibbles = toNibbles(packed).subarray((flags & 0x10) === 0 ? 2 : 1)
  return { nibbles, isLeaf: (flags & 0x20) !== 0 }
}
