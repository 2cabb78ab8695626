import { encodeHeader, type Header } from '#protocol/block/header.ts'
import { toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { decodeRlp, encodeRlp, type RlpItem } from '#protocol/codec/rlp.ts'
import { toData, toQuantity } from '#json-rpc/forms/fields.ts'
import type { BlockBody, KnownBlock } from '#execution-client/store/block-store.ts'
import { readTransaction, transactionToJson } from './transaction-json.ts'

/** A header in op-geth's JSON form. */
export function headerToJson({ hash, header }: KnownBlock): Record<string, unknown> {
  const { baseFeePerGas, withdrawalsRoot, blobGasUsed, excessBlobGas } = header
  const { parentBeaconBlockRoot, requestsHash } = header
  return {
    number: toQuantity(header.number),
    hash,
    parentHash: header.parentHash,
    nonce: header.nonce,
    mixHash: header.prevRandao,
    sha3Uncles: header.ommersHash,
    logsBloom: toData(header.logsBloom),
    stateRoot: header.stateRoot,
    miner: header.beneficiary,
    difficulty: toQuantity(header.difficulty),
    extraData: toData(header.extraData),
    gasLimit: toQuantity(header.gasLimit),
    gasUsed: toQuantity(header.gasUsed),
    timestamp: toQuantity(header.timestamp),
    transactionsRoot: header.transactionsRoot,
    receiptsRoot: header.receiptsRoot,
    ...(baseFeePerGas !== undefined && { baseFeePerGas: toQuantity(baseFeePerGas) }),
    ...(withdrawalsRoot !== undefined && { withdrawalsRoot }),
    ...(blobGasUsed !== undefined && { blobGasUsed: toQuantity(blobGasUsed) }),
    ...(excessBlobGas !== undefined && { excessBlobGas: toQuantity(excessBlobGas) }),
    ...(parentBeaconBlockRoot !== undefined && { parentBeaconBlockRoot }),
    ...(requestsHash !== undefined && { requestsHash }),
  }
}

/** A block in op-geth's JSON form, with full transactions or their hashes. */
export function blockToJson(
  block: KnownBlock,
  { transactions, receipts }: BlockBody,
  { full }: { readonly full: boolean },
): Record<string, unknown> {
  return {
    ...headerToJson(block),
    size: toQuantity(encodeBlock(block.header, transactions).length),
    uncles: [],
    ...(block.header.withdrawalsRoot !== undefined && { withdrawals: [] }),
    transactions: transactions.map((raw, position) => {
      const receipt = receipts[position]
      // To recover a sender takes a hundred times as long as to compute a hash.
      if (!full || receipt === undefined) return toHash(keccak256(raw))
      return transactionToJson(readTransaction(raw), { block, position, receipt })
    }),
  }
}

/** A block in RLP. Spec: EIP-2718, EIP-4895 */
export function encodeBlock(header: Header, transactions: readonly Uint8Array[]): Uint8Array {
  const items = transactions.map((raw): RlpItem =>
    // A legacy transaction is a list. A typed transaction is a string.
    (raw[0] ?? 0) >= 0xc0 ? decodeRlp(raw) : raw,
  )
  const parts: RlpItem[] = [decodeRlp(encodeHeader(header)), items, []]
  if (header.withdrawalsRoot !== undefined) parts.push([])
  return encodeRlp(parts)
}
