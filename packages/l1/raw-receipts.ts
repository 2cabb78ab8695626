import * as z from 'zod'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { toHex } from '#protocol/codec/hex.ts'
import { decodeRlpList, rlpBytes, type RlpItem, rlpList, rlpUint } from '#protocol/codec/rlp.ts'
import { hexJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import type { UnverifiedL1Block } from './unverified-l1-block.ts'

/** Number of logs, and gas used, before a receipt. */
interface Before {
  logs: number
  gasUsed: bigint
}

/**
 * Converts receipts of `debug_getRawReceipts` to the form of `eth_getBlockReceipts`. Encoded receipts do not contain
 * their positions, so the positions are taken from the order of the receipts.
 *
 * @throws DecodeError that names a malformed receipt
 */
export function receiptsFromRaw(json: unknown, block: UnverifiedL1Block): readonly unknown[] {
  const raw = parseJson(z.array(hexJson), json, 'receipts')
  const before: Before = { logs: 0, gasUsed: 0n }
  return raw.map((bytes, at) => {
    try {
      return receiptFromRaw(bytes, { block, at }, before)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      throw new DecodeError(`receipts.${at}: ${error.message}`, { cause: error })
    }
  })
}

function receiptFromRaw(
  bytes: Uint8Array,
  { block, at }: { readonly block: UnverifiedL1Block; readonly at: number },
  before: Before,
): object {
  const isLegacy = (bytes[0] ?? 0) >= 0xc0
  const fields = decodeRlpList(isLegacy ? bytes : bytes.subarray(1))
  const [status, cumulative, bloom, logs, nonce, version] = fields
  const cumulativeGasUsed = rlpUint(cumulative, 8)
  const place = {
    blockHash: block.hash,
    blockNumber: toQuantity(block.header.number),
    transactionHash: block.transactions[at]?.hash,
    transactionIndex: toQuantity(at),
  }
  const receipt = {
    ...place,
    type: toQuantity(isLegacy ? 0 : (bytes[0] ?? 0)),
    status: toQuantity(rlpUint(status, 1)),
    cumulativeGasUsed: toQuantity(cumulativeGasUsed),
    gasUsed: toQuantity(cumulativeGasUsed - before.gasUsed),
    logsBloom: toHex(rlpBytes(bloom)),
    logs: rlpList(logs).map((log) => {
      return { ...place, ...logFromRaw(log), logIndex: toQuantity(before.logs++) }
    }),
    ...(nonce !== undefined && { depositNonce: toQuantity(rlpUint(nonce, 8)) }),
    ...(version !== undefined && { depositReceiptVersion: toQuantity(rlpUint(version, 8)) }),
  }
  before.gasUsed = cumulativeGasUsed
  return receipt
}

function logFromRaw(log: RlpItem): object {
  const [address, topics, data] = rlpList(log)
  return {
    address: toHex(rlpBytes(address)),
    topics: rlpList(topics).map((topic) => toHex(rlpBytes(topic))),
    data: toHex(rlpBytes(data)),
    removed: false,
  }
}
