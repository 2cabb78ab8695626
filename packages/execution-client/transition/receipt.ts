import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeRlp, type RlpItem, uintToRlp } from '#protocol/codec/rlp.ts'

/** An event of a contract. */
export interface ExecutionLog {
  /** 20 bytes. */
  readonly address: Uint8Array
  /** 32 bytes each. */
  readonly topics: readonly Uint8Array[]
  readonly data: Uint8Array
}

/** The result of a transaction. */
export interface Receipt {
  readonly type: number
  readonly isSuccess: boolean
  readonly gasUsed: bigint
  /** Gas used in the block up to and including this transaction. */
  readonly cumulativeGasUsed: bigint
  readonly logs: readonly ExecutionLog[]
  /** 256 bytes. */
  readonly bloom: Uint8Array
  /** The sender's nonce before a deposit; set for deposits from Regolith on. */
  readonly depositNonce: bigint | undefined
  /** Set for deposits from Canyon on. */
  readonly depositVersion: bigint | undefined
  /** Fees in addition to gas; absent for deposits. */
  readonly fees: ReceiptFees | undefined
  /** Effective gas price, in wei. */
  readonly effectiveGasPrice: bigint
}

/** Fees in addition to gas, in wei. */
export interface ReceiptFees {
  readonly l1Fee: bigint
  readonly operatorFee: bigint
}

const bloomBytes = 256

/** Encodes a receipt for the receipts trie. Spec: protocol/deposits.md#deposit-receipt */
export function encodeReceipt(receipt: Receipt): Uint8Array {
  const { type, isSuccess, cumulativeGasUsed, bloom, logs } = receipt
  const fields: RlpItem[] = [
    uintToRlp(isSuccess ? 1n : 0n),
    uintToRlp(cumulativeGasUsed),
    bloom,
    logs.map(({ address, topics, data }) => [address, topics, data]),
  ]
  // Before Canyon the receipts root does not cover the nonce.
  if (receipt.depositVersion !== undefined)
    fields.push(uintToRlp(receipt.depositNonce ?? 0n), uintToRlp(receipt.depositVersion))
  const body = encodeRlp(fields)
  if (type === 0) return body
  const encoded = new Uint8Array(1 + body.length)
  encoded[0] = type
  encoded.set(body, 1)
  return encoded
}

/** The bloom of all addresses and topics of logs. Spec: yellow paper, 4.3.1 */
export function bloomOf(logs: readonly ExecutionLog[]): Uint8Array {
  const bloom = new Uint8Array(bloomBytes)
  for (const { address, topics } of logs)
    for (const word of [address, ...topics]) {
      const hash = keccak256(word)
      for (let pair = 0; pair < 6; pair += 2) {
        const bit = (((hash[pair] ?? 0) << 8) | (hash[pair + 1] ?? 0)) & 2047
        const at = bloomBytes - 1 - (bit >> 3)
        bloom[at] = (bloom[at] ?? 0) | (1 << (bit & 7))
      }
    }
  return bloom
}

/** The combined bloom of receipts. */
export function joinBlooms(receipts: readonly Receipt[]): Uint8Array {
  const joined = new Uint8Array(bloomBytes)
  for (const { bloom } of receipts)
    for (const [at, byte] of bloom.entries()) joined[at] = (joined[at] ?? 0) | byte
  return joined
}
