import { keccak256 } from '#protocol/codec/keccak.ts'
import { writeRlpHead } from '#protocol/codec/rlp.ts'

/** Root of an empty trie. */
export const emptyTrieRoot: Uint8Array = keccak256(Uint8Array.of(0x80))

/** Limit on the size of a node without the value of a leaf: a branch with 16 hashes has 532 bytes. */
const nodeBytes = 600

/**
 * The entries of a trie in the order of their keys, and a buffer in which each node is encoded from the end. A key is
 * the RLP of an index as a number, since numbers are faster than bytes.
 */
interface Entries {
  readonly keys: readonly number[]
  readonly values: readonly Uint8Array[]
  readonly bytes: Uint8Array
  at: number
}

/** Consecutive entries, whose keys are equal up to a depth in nibbles. */
interface Range {
  readonly from: number
  readonly to: number
  readonly depth: number
}

/**
 * Computes the root of the trie that maps the RLP of each index to a value, as for a block's transactions and receipts.
 * The computation recurses over the sorted keys without building the trie.
 *
 * @returns 32 bytes
 */
export function orderedTrieRoot(values: readonly Uint8Array[]): Uint8Array {
  const [first] = values
  if (first === undefined) return emptyTrieRoot
  const keys = values.map((_, index) => keyOf(index))
  const longest = values.reduce((most, { length }) => Math.max(most, length), 0)
  const entries = {
    // The key of index 0 is the byte 0x80, which is above the keys of 1 to 127.
    keys: [...keys.slice(1, 0x80), keyOf(0), ...keys.slice(0x80)],
    values: [...values.slice(1, 0x80), first, ...values.slice(0x80)],
    bytes: new Uint8Array(longest + nodeBytes),
    at: 0,
  }
  return keccak256(encodeNode(entries, { from: 0, to: values.length, depth: 0 }))
}

/** The RLP of an index below 2^24, as a number. */
function keyOf(index: number): number {
  if (index === 0) return 0x80
  if (index < 0x80) return index
  if (index < 0x1_00) return 0x81_00 + index
  return index < 0x1_00_00 ? 0x82_00_00 + index : 0x83_00_00_00 + index
}

/** The number of nibbles of a key. */
function lengthOf(key: number): number {
  if (key <= 0x80) return 2
  if (key < 0x1_00_00) return 4
  return key < 0x1_00_00_00 ? 6 : 8
}

function nibbleAt(key: number, depth: number): number {
  return (key >>> (4 * (lengthOf(key) - 1 - depth))) & 15
}

/** Encodes the node of a range. @returns a view, which the next node overwrites */
function encodeNode(entries: Entries, range: Range): Uint8Array {
  const { keys, bytes } = entries
  const { from, to, depth } = range
  const [first = 0, last = 0] = [keys[from], keys[to - 1]]
  if (from === to - 1) {
    entries.at = bytes.length
    writeString(entries, entries.values[from] ?? bytes)
    writePath(entries, { key: first, nibbles: lengthOf(first) - depth, isLeaf: true })
  } else {
    // Keys are sorted, so a prefix that the first and the last key share is common to all keys.
    let shared = depth
    while (nibbleAt(first, shared) === nibbleAt(last, shared)) shared++
    if (shared === depth) writeBranch(entries, range)
    else {
      const reference = referenceTo(entries, { from, to, depth: shared })
      entries.at = bytes.length
      writeBytes(entries, reference)
      const key = first >>> (4 * (lengthOf(first) - shared))
      writePath(entries, { key, nibbles: shared - depth, isLeaf: false })
    }
  }
  writeRlpHead(entries, bytes.length - entries.at, 0xc0)
  return bytes.subarray(entries.at)
}

function writeBranch(entries: Entries, { from, to, depth }: Range): void {
  const { keys, bytes } = entries
  const children: (Uint8Array | undefined)[] = []
  let start = from
  for (let nibble = 0; nibble < 16; nibble++) {
    let end = start
    while (end < to && nibbleAt(keys[end] ?? 0, depth) === nibble) end++
    const child = { from: start, to: end, depth: depth + 1 }
    children.push(end > start ? referenceTo(entries, child) : undefined)
    start = end
  }
  entries.at = bytes.length
  // No key is a prefix of another, since they are RLP of different numbers: the branch has no value.
  bytes[--entries.at] = 0x80
  for (const child of children.toReversed())
    if (child === undefined) bytes[--entries.at] = 0x80
    else writeBytes(entries, child)
}

/** RLP of the reference of a parent to a node: the node itself if it has less than 32 bytes, otherwise its hash. */
function referenceTo(entries: Entries, range: Range): Uint8Array {
  const encoded = encodeNode(entries, range)
  if (encoded.length < 32) return encoded.slice()
  const reference = new Uint8Array(33)
  reference[0] = 0xa0
  reference.set(keccak256(encoded), 1)
  return reference
}

/** Writes the last nibbles of a key with their flags. Spec: yellow paper, appendix C */
function writePath(
  entries: Entries,
  { key, nibbles, isLeaf }: { readonly key: number; readonly nibbles: number; isLeaf: boolean },
): void {
  const { bytes } = entries
  const odd = nibbles % 2
  for (let shift = 0; shift < 4 * (nibbles - odd); shift += 8)
    bytes[--entries.at] = (key >>> shift) & 0xff
  const highest = odd === 1 ? (key >>> (4 * (nibbles - 1))) & 15 : 0
  bytes[--entries.at] = (((isLeaf ? 2 : 0) + odd) << 4) | highest
  if (nibbles > 1) bytes[--entries.at] = 0x81 + (nibbles >> 1)
}

function writeString(entries: Entries, value: Uint8Array): void {
  writeBytes(entries, value)
  // A byte below 0x80 is its own encoding.
  if (value.length !== 1 || (value[0] ?? 0) >= 0x80) writeRlpHead(entries, value.length, 0x80)
}

function writeBytes(entries: Entries, value: Uint8Array): void {
  entries.at -= value.length
  entries.bytes.set(value, entries.at)
}
