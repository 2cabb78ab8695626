import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeRlp } from '#protocol/codec/rlp.ts'
import { toNibbles } from '#protocol/trie/hex-prefix.ts'
import { emptyTrieRoot } from '#protocol/trie/ordered-root.ts'
import {
  branch,
  decodeNode,
  extension,
  leaf,
  referTo,
  type Stored,
  stored,
  toItem,
  type TrieNode,
} from './node.ts'

// `@ethereumjs/mpt` is not used: it reads each node asynchronously and has one root at a time. See docs/adr/0007.

type Present = Exclude<TrieNode, Stored>

/** Store of nodes, by hash. */
export interface NodeSource {
  /** The encoded node with this hash. @throws Error if it is missing because its state was pruned or is unknown */
  node(hash: Uint8Array): Uint8Array
}

/** Receives each new node with its hash. */
export type NodeSink = (hash: Uint8Array, encoded: Uint8Array) => void

/**
 * A Merkle Patricia trie with keys of equal length. A copy costs nothing, since a change of a value creates new nodes
 * on the path to the value, and keeps the old nodes. Hashes are computed on demand. The state of each block has its own
 * root.
 * Spec: yellow paper, appendix D
 */
export class Trie {
  readonly #source: NodeSource
  #root: TrieNode | undefined

  /** Creates an empty trie, or opens the stored trie with this root. */
  constructor(source: NodeSource, root: Uint8Array = emptyTrieRoot) {
    this.#source = source
    this.#root = sameBytes(root, emptyTrieRoot) ? undefined : stored(root)
  }

  copy(): Trie {
    const copy = new Trie(this.#source)
    copy.#root = this.#root
    return copy
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const path = toNibbles(key)
    let at = 0
    let next = this.#root
    while (next !== undefined) {
      const node = this.#load(next)
      if (node.kind === 'branch') {
        next = node.children[path[at++] ?? 0]
        continue
      }
      if (sharedLength(node.path, path, at) < node.path.length) return undefined
      if (node.kind === 'leaf') return node.value
      at += node.path.length
      next = node.child
    }
    return undefined
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#root = this.#put(this.#root, toNibbles(key), value)
  }

  delete(key: Uint8Array): void {
    if (this.#root !== undefined) this.#root = this.#delete(this.#root, toNibbles(key))
  }

  /** Computes the root hash, and passes new nodes to `sink`. */
  root(sink: NodeSink): Uint8Array {
    if (this.#root === undefined) return emptyTrieRoot
    const reference = referTo(this.#root, sink)
    if (reference instanceof Uint8Array) return reference
    // The root is hashed even if it has less than 32 bytes.
    const encoded = encodeRlp(reference)
    const hash = keccak256(encoded)
    sink(hash, encoded)
    return hash
  }

  /** The proof of a key: the encoded nodes from the root to its position. After changes, call `root` first. */
  proof(key: Uint8Array): readonly Uint8Array[] {
    const path = toNibbles(key)
    const proof: Uint8Array[] = []
    let at = 0
    let next = this.#root
    while (next !== undefined) {
      const node = this.#load(next)
      const reference = referTo(next, () => undefined)
      // An embedded node is part of its parent's encoding; the root is always listed.
      if (reference instanceof Uint8Array || proof.length === 0) proof.push(encodeNode(node))
      if (node.kind === 'branch') next = node.children[path[at++] ?? 0]
      else if (node.kind === 'leaf' || sharedLength(node.path, path, at) < node.path.length) break
      else {
        at += node.path.length
        next = node.child
      }
    }
    return proof
  }

  /** All keys with their values, in order of key. */
  *entries(): Generator<readonly [Uint8Array, Uint8Array]> {
    if (this.#root !== undefined) yield* this.#entries(this.#root, [])
  }

  *#entries(next: TrieNode, above: readonly number[]): Generator<[Uint8Array, Uint8Array]> {
    const node = this.#load(next)
    switch (node.kind) {
      case 'leaf':
        yield [fromNibbles([...above, ...node.path]), node.value]
        break
      case 'extension':
        yield* this.#entries(node.child, [...above, ...node.path])
        break
      case 'branch':
        for (const [nibble, child] of node.children.entries())
          if (child !== undefined) yield* this.#entries(child, [...above, nibble])
    }
  }

  #load(node: TrieNode): Present {
    if (node.kind !== 'stored') return node
    if (node.loaded === undefined) {
      node.loaded = decodeNode(this.#source.node(node.hash))
      node.loaded.reference = node.hash
    }
    return node.loaded
  }

  #put(next: TrieNode | undefined, path: Uint8Array, value: Uint8Array): TrieNode {
    if (next === undefined) return leaf(path, value)
    const node = this.#load(next)
    if (node.kind === 'branch') {
      const nibble = path[0] ?? 0
      return withChild(
        node.children,
        nibble,
        this.#put(node.children[nibble], path.subarray(1), value),
      )
    }
    const shared = sharedLength(node.path, path, 0)
    if (shared === node.path.length)
      return node.kind === 'leaf'
        ? leaf(node.path, value)
        : extension(node.path, this.#put(node.child, path.subarray(shared), value))
    // The path of the node and the path of the key diverge after `shared` nibbles.
    const children = Array.from<TrieNode | undefined>({ length: 16 })
    children[node.path[shared] ?? 0] = withoutBeginning(node, shared + 1)
    children[path[shared] ?? 0] = leaf(path.subarray(shared + 1), value)
    return shared === 0 ? branch(children) : extension(path.subarray(0, shared), branch(children))
  }

  #delete(next: TrieNode, path: Uint8Array): TrieNode | undefined {
    const node = this.#load(next)
    if (node.kind === 'branch') return this.#deleteInBranch(next, node.children, path)
    if (sharedLength(node.path, path, 0) < node.path.length) return next
    if (node.kind === 'leaf') return undefined
    const child = this.#delete(node.child, path.subarray(node.path.length))
    if (child === node.child) return next
    return child === undefined ? undefined : this.#join(node.path, child)
  }

  #deleteInBranch(
    next: TrieNode,
    children: readonly (TrieNode | undefined)[],
    path: Uint8Array,
  ): TrieNode | undefined {
    const nibble = path[0] ?? 0
    const old = children[nibble]
    if (old === undefined) return next
    const child = this.#delete(old, path.subarray(1))
    if (child === old) return next
    if (child !== undefined) return withChild(children, nibble, child)
    const left = [...children.entries()].filter(([at, kept]) => at !== nibble && kept !== undefined)
    const [only] = left
    if (left.length > 1 || only?.[1] === undefined) return withChild(children, nibble, undefined)
    return this.#join(Uint8Array.of(only[0]), only[1])
  }

  /** Prepends a path to a node: as an extension, or merged with the node's own path. */
  #join(path: Uint8Array, next: TrieNode): TrieNode {
    const node = this.#load(next)
    if (node.kind === 'branch') return extension(path, next)
    const joined = new Uint8Array(path.length + node.path.length)
    joined.set(path)
    joined.set(node.path, path.length)
    return node.kind === 'leaf' ? leaf(joined, node.value) : extension(joined, node.child)
  }
}

function withChild(
  children: readonly (TrieNode | undefined)[],
  nibble: number,
  child: TrieNode | undefined,
): TrieNode {
  const changed = children.slice()
  changed[nibble] = child
  return branch(changed)
}

function withoutBeginning(
  node: Exclude<Present, { readonly kind: 'branch' }>,
  length: number,
): TrieNode {
  const path = node.path.subarray(length)
  if (node.kind === 'leaf') return leaf(path, node.value)
  return path.length === 0 ? node.child : extension(path, node.child)
}

function encodeNode(node: Present): Uint8Array {
  return encodeRlp(toItem(node, () => undefined))
}

/** Number of nibbles of `own` that match `path` from `at` on. */
function sharedLength(own: Uint8Array, path: Uint8Array, at: number): number {
  let shared = 0
  while (shared < own.length && own[shared] === path[at + shared]) shared++
  return shared
}

function fromNibbles(nibbles: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(nibbles.length / 2)
  for (let at = 0; at < bytes.length; at++)
    bytes[at] = ((nibbles[2 * at] ?? 0) << 4) | (nibbles[2 * at + 1] ?? 0)
  return bytes
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at])
}
