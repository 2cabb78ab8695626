import { decodeRlp, rlpBytes, type RlpItem } from '#protocol/codec/rlp.ts'
import { decodeHexPrefix } from '#protocol/trie/hex-prefix.ts'
import { emptyTrieRoot } from '#protocol/trie/ordered-root.ts'
import { decodeAccount } from '#execution-client/state/account-record.ts'

/**
 * Hashes that a stored node references: its children, and the storage roots of accounts in its leaves. A leaf value of
 * more than 33 bytes is an account, since values of storage tries are shorter.
 */
export function referencesOf(encoded: Uint8Array): readonly Uint8Array[] {
  const references: Uint8Array[] = []
  collect(decodeRlp(encoded), references)
  return references
}

const maxSlotBytes = 33

function collect(item: RlpItem, references: Uint8Array[]): void {
  if (item instanceof Uint8Array) {
    if (item.length === 32) references.push(item)
    return
  }
  if (item.length === 17) {
    for (const child of item) collect(child, references)
    return
  }
  const [path, below] = item
  if (below === undefined) return
  if (!decodeHexPrefix(rlpBytes(path)).isLeaf) {
    collect(below, references)
    return
  }
  const value = rlpBytes(below)
  if (value.length <= maxSlotBytes) return
  const { storageRoot } = decodeAccount(value)
  if (Buffer.compare(storageRoot, emptyTrieRoot) !== 0) references.push(storageRoot)
}
