import {
  decodeRlpList,
  encodeRlp,
  rlpBytes,
  type RlpItem,
  rlpList,
  rlpUint,
  uintToRlp,
} from '#protocol/codec/rlp.ts'
import { bloomOf, type Receipt } from '#execution-client/transition/receipt.ts'

/** Encodes a receipt for storage, with fields that the receipts root does not cover. */
function receiptToRlp(receipt: Receipt): RlpItem {
  const { fees, logs } = receipt
  return [
    uintToRlp(BigInt(receipt.type)),
    uintToRlp(receipt.isSuccess ? 1n : 0n),
    uintToRlp(receipt.gasUsed),
    uintToRlp(receipt.cumulativeGasUsed),
    logs.map(({ address, topics, data }) => [address, topics, data]),
    optionalToRlp(receipt.depositNonce),
    optionalToRlp(receipt.depositVersion),
    fees === undefined ? [] : [uintToRlp(fees.l1Fee), uintToRlp(fees.operatorFee)],
    uintToRlp(receipt.effectiveGasPrice),
  ]
}

/** Decodes a stored receipt. @throws DecodeError for malformed bytes */
function receiptFromRlp(item: RlpItem): Receipt {
  const fields = rlpList(item)
  const logs = rlpList(fields[4]).map((log) => {
    const [address, topics, data] = rlpList(log)
    return {
      address: rlpBytes(address),
      topics: rlpList(topics).map((topic) => rlpBytes(topic)),
      data: rlpBytes(data),
    }
  })
  const fees = rlpList(fields[7])
  return {
    type: Number(rlpUint(fields[0], 1)),
    isSuccess: rlpUint(fields[1], 1) === 1n,
    gasUsed: rlpUint(fields[2], 8),
    cumulativeGasUsed: rlpUint(fields[3], 8),
    logs,
    bloom: bloomOf(logs),
    depositNonce: optionalFromRlp(fields[5]),
    depositVersion: optionalFromRlp(fields[6]),
    fees:
      fees.length === 0
        ? undefined
        : { l1Fee: rlpUint(fees[0], 32), operatorFee: rlpUint(fees[1], 32) },
    effectiveGasPrice: rlpUint(fields[8], 32),
  }
}

/** Encodes the receipts of a block for storage. */
export function encodeReceipts(receipts: readonly Receipt[]): Uint8Array {
  return encodeRlp(receipts.map(receiptToRlp))
}

/** Decodes stored receipts of a block. @throws DecodeError */
export function decodeReceipts(bytes: Uint8Array): readonly Receipt[] {
  return decodeRlpList(bytes).map(receiptFromRlp)
}

function optionalToRlp(value: bigint | undefined): RlpItem {
  return value === undefined ? [] : [uintToRlp(value)]
}

function optionalFromRlp(item: RlpItem | undefined): bigint | undefined {
  const [value] = rlpList(item)
  return value === undefined ? undefined : rlpUint(value, 8)
}
