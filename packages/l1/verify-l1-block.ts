import { headerHashProblem } from '#json-rpc/forms/header-json.ts'
import { hashHeader } from '#protocol/block/header.ts'
import { fromHex, toHash, toHex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeRlp, type RlpItem, uintToRlp } from '#protocol/codec/rlp.ts'
import { orderedTrieRoot } from '#protocol/trie/ordered-root.ts'
import type { UnverifiedL1Block, L1Receipt } from './unverified-l1-block.ts'

/**
 * Verifies a block against its hash: the header, then the transactions and their hashes against the header.
 *
 * @returns the flaw; undefined if the block is valid
 */
export function flawOfL1Block({
  hash,
  header,
  transactions,
  unknownFields = [],
}: UnverifiedL1Block): string | undefined {
  const headerHash = hashHeader(header)
  if (headerHash !== hash)
    return headerHashProblem({ computed: headerHash, reported: hash, unknownFields })
  for (const [at, { hash, raw }] of transactions.entries()) {
    const found = toHash(keccak256(raw))
    if (found !== hash) return `transaction ${at} has hash ${found}, the source says ${hash}`
  }
  const root = toHex(orderedTrieRoot(transactions.map(({ raw }) => raw)))
  if (root !== header.transactionsRoot)
    return `transactions root ${root}, the header says ${header.transactionsRoot}`
  return undefined
}

/**
 * Verifies receipts against the header of their block.
 *
 * @returns the flaw; undefined if the receipts are valid
 */
export function flawOfL1Receipts(
  { header }: UnverifiedL1Block,
  receipts: readonly L1Receipt[],
): string | undefined {
  const root = toHex(orderedTrieRoot(receipts.map(encodeReceipt)))
  if (root === header.receiptsRoot) return undefined
  return `receipts root ${root}, the header says ${header.receiptsRoot}`
}

/** Encodes a receipt as a value of the receipts trie. Spec: EIP-658, EIP-2718, protocol/deposits.md#deposit-receipt */
function encodeReceipt(receipt: L1Receipt): Uint8Array {
  const fields: RlpItem[] = [
    uintToRlp(receipt.isSuccess ? 1n : 0n),
    uintToRlp(receipt.cumulativeGasUsed),
    receipt.logsBloom,
    receipt.logs.map(({ address, topics, data }) => [fromHex(address), topics.map(fromHex), data]),
  ]
  // If L1 is a rollup itself, it has deposits. Before Canyon, nodes report the deposit nonce, but the receipt does not
  // encode it.
  if (receipt.depositNonce !== undefined && receipt.depositReceiptVersion !== undefined)
    fields.push(uintToRlp(receipt.depositNonce), uintToRlp(receipt.depositReceiptVersion))
  const encoded = encodeRlp(fields)
  if (receipt.type === 0) return encoded
  const typed = new Uint8Array(1 + encoded.length)
  typed[0] = receipt.type
  typed.set(encoded, 1)
  return typed
}
