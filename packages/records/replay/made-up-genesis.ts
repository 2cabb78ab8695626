import { hashHeader } from '#protocol/block/header.ts'
import { toHash, toHex } from '#protocol/codec/hex.ts'
import { emptyTrieRoot } from '#protocol/trie/ordered-root.ts'
import { toQuantity } from '#json-rpc/forms/fields.ts'
import { headerJson } from '#json-rpc/forms/header-json.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import type { ReplayedBlock } from './replayed-chain.ts'

/** Seconds between blocks of L1. */
const slotSeconds = 12n

/**
 * Makes L1 block 0 for a record that begins later, since a node that starts at the genesis of its chain reads block 0.
 * The block is empty, and its hash is valid, so it passes every check. The record has no child of block 0, so no other
 * block refers to its hash.
 */
export function madeUpGenesis(first: ReplayedBlock): ReplayedBlock {
  const parentHash = toHash(new Uint8Array(32))
  const root = toHash(emptyTrieRoot)
  const before = first.number * slotSeconds
  const timestamp = first.timestamp > before ? first.timestamp - before : 0n
  const changed = {
    ...first.json,
    parentHash,
    number: toQuantity(0n),
    timestamp: toQuantity(timestamp),
    transactions: [],
    transactionsRoot: root,
    receiptsRoot: root,
    logsBloom: toHex(new Uint8Array(256)),
    gasUsed: toQuantity(0n),
    ...('blobGasUsed' in first.json && { blobGasUsed: toQuantity(0n) }),
    ...('withdrawals' in first.json && { withdrawals: [], withdrawalsRoot: root }),
  }
  const hash = hashHeader(parseJson(headerJson, changed, 'block'))
  return {
    number: 0n,
    hash,
    parentHash,
    timestamp,
    json: { ...changed, hash },
    transactionHashes: [],
    receipts: [],
    blobs: [],
  }
}
