import { DecodeError } from '#protocol/codec/decode-error.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { decodeRlpList, encodeRlp, rlpBytes, type RlpItem } from '#protocol/codec/rlp.ts'
import { decodeHexPrefix, encodeHexPrefix } from '#protocol/trie/hex-prefix.ts'

/** A node of the trie. Nodes are immutable: a change of a value creates new nodes on the path to the value. */
export type TrieNode = Leaf | Extension | Branch | Stored

/** The reference by which a parent contains a node: the hash of the node, or its encoding if shorter than 32 bytes. */
interface Referenced {
  reference: RlpItem | undefined
}

/** A leaf: a value at the end of a path of nibbles. */
export interface Leaf extends Referenced {
  readonly kind: 'leaf'
  readonly path: Uint8Array
  readonly value: Uint8Array
}

/** An extension: a path shared by all keys below. */
export interface Extension extends Referenced {
  readonly kind: 'extension'
  readonly path: Uint8Array
  readonly child: TrieNode
}

/** A branch: a child for each next nibble. Our keys have equal lengths, so a branch has no value. */
export interface Branch extends Referenced {
  readonly kind: 'branch'
  readonly children: readonly (TrieNode | undefined)[]
}

/** A node in the store, loaded on first use. */
export interface Stored {
  readonly kind: 'stored'
  readonly hash: Uint8Array
  loaded: Exclude<TrieNode, Stored> | undefined
}

const nothing = new Uint8Array(0)

/** Makes a leaf with the rest of its path in nibbles. */
export function leaf(path: Uint8Array, value: Uint8Array): Leaf {
  return { kind: 'leaf', path, value, reference: undefined }
}

/** Makes an extension, whose path all keys below `child` share. */
export function extension(path: Uint8Array, child: TrieNode): Extension {
  return { kind: 'extension', path, child, reference: undefined }
}

/** Makes a branch with 16 children. */
export function branch(children: readonly (TrieNode | undefined)[]): Branch {
  return { kind: 'branch', children, reference: undefined }
}

/** Makes a node that is known by its hash and loaded on first use. */
export function stored(hash: Uint8Array): Stored {
  return { kind: 'stored', hash, loaded: undefined }
}

/**
 * Returns the reference to a node. Encodes the node and those of its descendants that have no reference yet.
 *
 * @param sink takes the hash and the encoding of each new node of at least 32 bytes
 */
export function referTo(
  node: TrieNode,
  sink: (hash: Uint8Array, encoded: Uint8Array) => void,
): RlpItem {
  if (node.kind === 'stored') return node.hash
  if (node.reference !== undefined) return node.reference
  const item = toItem(node, sink)
  const encoded = encodeRlp(item)
  if (encoded.length < 32) node.reference = item
  else {
    const hash = keccak256(encoded)
    sink(hash, encoded)
    node.reference = hash
  }
  return node.reference
}

/** Encodes a node in RLP, with its children as references. */
export function toItem(
  node: Exclude<TrieNode, Stored>,
  sink: (hash: Uint8Array, encoded: Uint8Array) => void,
): RlpItem {
  switch (node.kind) {
    case 'leaf':
      return [encodeHexPrefix({ nibbles: node.path, isLeaf: true }), node.value]
    case 'extension':
      return [encodeHexPrefix({ nibbles: node.path, isLeaf: false }), referTo(node.child, sink)]
    case 'branch': {
      const items: RlpItem[] = []
      for (const child of node.children) items.push(child ? referTo(child, sink) : nothing)
      items.push(nothing)
      return items
    }
  }
}

/** Decodes a node. @throws DecodeError for malformed bytes */
export function decodeNode(encoded: Uint8Array): Exclude<TrieNode, Stored> {
  return fromItems(decodeRlpList(encoded))
}

function fromItems(items: readonly RlpItem[]): Exclude<TrieNode, Stored> {
  if (items.length === 2) {
    const { nibbles, isLeaf } = decodeHexPrefix(rlpBytes(items[0]))
    if (isLeaf) return leaf(nibbles, rlpBytes(items[1]))
    const child = childOf(items[1])
    if (child === undefined) throw new DecodeError('an extension without a child')
    return extension(nibbles, child)
  }
  if (items.length !== 17) throw new DecodeError(`a node of ${items.length} items`)
  return branch(items.slice(0, 16).map((item) => childOf(item)))
}

function childOf(item: RlpItem | undefined): TrieNode | undefined {
  if (!(item instanceof Uint8Array)) return fromItems(item ?? [])
  return item.length === 0 ? undefined : stored(item)
}
