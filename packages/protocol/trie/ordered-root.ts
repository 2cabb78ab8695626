import { encodeRlp, type RlpItem, uintToRlp } from '#protocol/codec/rlp.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeHexPrefix, toNibbles } from './hex-prefix.ts'

/** Root of an empty trie. */
export const emptyTrieRoot: Uint8Array = keccak256(Uint8Array.of(0x80))

const nothing = new Uint8Array(0)

interface Entry {
  readonly path: Uint8Array
  readonly value: Uint8Array
}

/**
 * Computes the root of the trie that maps the RLP of each index to a value, as for a block's transactions and receipts.
 * It recurses over the sorted keys without building the trie.
 *
 * @returns 32 bytes
 */
export function orderedTrieRoot(values: readonly Uint8Array[]): Uint8Array {
  if (values.length === 0) return emptyTrieRoot
  const entries = values.map((value, index) => {
    return { path: toNibbles(encodeRlp(uintToRlp(BigInt(index)))), value }
  })
  entries.sort((left, right) => comparePaths(left.path, right.path))
  return keccak256(encodeRlp(nodeOf(entries, 0)))
}

function nodeOf(entries: readonly Entry[], depth: number): RlpItem {
  const [first] = entries
  const last = entries.at(-1)
  if (first === undefined || last === undefined) return nothing
  if (first === last)
    return [encodeHexPrefix({ nibbles: first.path.subarray(depth), isLeaf: true }), first.value]
  // Keys are sorted, so a prefix that the first and the last share is common to all.
  let shared = depth
  while (first.path[shared] === last.path[shared] && shared < first.path.length) shared++
  if (shared > depth) {
    const nibbles = first.path.subarray(depth, shared)
    return [encodeHexPrefix({ nibbles, isLeaf: false }), reference(nodeOf(entries, shared))]
  }
  const children: RlpItem[] = []
  let start = 0
  for (let nibble = 0; nibble < 16; nibble++) {
    let end = start
    while (entries[end]?.path[depth] === nibble) end++
    children.push(end > start ? reference(nodeOf(entries.slice(start, end), depth + 1)) : nothing)
    start = end
  }
  // No key is a prefix of another, since they are RLP of different numbers.
  return [...children, nothing]
}

/** The reference of a parent to a node: the node itself if it has less than 32 bytes, otherwise its hash. */
function reference(node: RlpItem): RlpItem {
  const encoded = encodeRlp(node)
  return encoded.length < 32 ? node : keccak256(encoded)
}

function comparePaths(left: Uint8Array, right: Uint8Array): number {
  for (let at = 0; at < left.length && at < right.length; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}
