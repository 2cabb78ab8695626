import * as z from 'zod'
import type { Header } from '#protocol/block/header.ts'
import type { L1Log } from '#protocol/block/l1-block.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Bytes32, Hash } from '#protocol/primitives.ts'
import { addressJson, hashJson, hexJson, uint64Json } from '#json-rpc/forms/fields.ts'
import { headerJson, unknownHeaderFields } from '#json-rpc/forms/header-json.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { encodeTransactionJson } from '#json-rpc/forms/transaction-from-json.ts'

/** An L1 block as a node returned it. `verify-l1-block.ts` verifies it. */
export interface UnverifiedL1Block {
  /** The hash that the node reported. */
  readonly hash: Hash
  readonly header: Header
  /** Names of fields that may belong to the header, and are unknown to this version; undefined: none. */
  readonly unknownFields?: readonly string[]
  readonly transactions: readonly UnverifiedTransaction[]
}

/** A transaction as a node returned it. */
interface UnverifiedTransaction {
  /** The hash that the node reported. */
  readonly hash: Hash
  /** The EIP-2718 encoding. */
  readonly raw: Uint8Array
}

/** A receipt. */
export interface L1Receipt {
  /** EIP-2718 type; 0 for a legacy transaction. */
  readonly type: number
  readonly isSuccess: boolean
  readonly cumulativeGasUsed: bigint
  /** 256 bytes. */
  readonly logsBloom: Uint8Array
  readonly logs: readonly L1Log[]
  /** Only for a deposit. L1 has deposits if it is a rollup itself. */
  readonly depositNonce: bigint | undefined
  /** Only for a deposit since Canyon. */
  readonly depositReceiptVersion: bigint | undefined
}

const blockJson = z.looseObject({
  hash: hashJson,
  transactions: z.array(z.looseObject({ hash: hashJson })),
})

const place = { blockHash: hashJson, blockNumber: uint64Json, transactionIndex: uint64Json }

const logJson = z.object({
  ...place,
  address: addressJson,
  topics: z.array(hashJson).max(4),
  data: hexJson,
  logIndex: uint64Json,
  transactionHash: hashJson,
  removed: z.boolean().nullish(),
})

const receiptJson = z.object({
  ...place,
  transactionHash: hashJson,
  type: uint64Json.default(0n),
  status: uint64Json,
  cumulativeGasUsed: uint64Json,
  gasUsed: uint64Json,
  logsBloom: hexJson,
  logs: z.array(logJson),
  depositNonce: uint64Json.optional(),
  depositReceiptVersion: uint64Json.optional(),
})

type ReceiptJson = z.output<typeof receiptJson>

/**
 * Parses a block with its transactions, as `eth_getBlockByNumber` and `eth_getBlockByHash` return it.
 *
 * @param options `isTrusted`: a transaction of an unknown type is not an error, and its `raw` is empty
 * @throws DecodeError that names the malformed field
 */
export function parseL1Block(
  json: unknown,
  { isTrusted = false }: { readonly isTrusted?: boolean } = {},
): UnverifiedL1Block {
  const { hash, transactions } = parseJson(blockJson, json, 'block')
  const header = parseJson(headerJson, json, 'block')
  return {
    hash,
    header,
    unknownFields: unknownHeaderFields(json),
    transactions: transactions.map((transaction, at) => {
      try {
        return { hash: transaction.hash, raw: encodeTransactionJson(transaction) }
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
        if (isTrusted) return { hash: transaction.hash, raw: new Uint8Array(0) }
        throw new DecodeError(`block.transactions.${at}.${error.message}`, { cause: error })
      }
    }),
  }
}

/**
 * Parses the receipts of a block, and checks the fields that no root covers: positions, hashes, gas, log indices.
 *
 * @throws DecodeError that names the receipt and its flaw
 */
export function parseL1Receipts(json: unknown, block: UnverifiedL1Block): readonly L1Receipt[] {
  const receipts = parseJson(z.array(receiptJson), json, 'receipts')
  const { transactions } = block
  if (receipts.length !== transactions.length)
    throw new DecodeError(`${receipts.length} receipts for ${transactions.length} transactions`)
  let gasUsed = 0n
  let logIndex = 0n
  for (const [at, receipt] of receipts.entries()) {
    const flaw = flawOf(receipt, { block, at, gasUsed, logIndex })
    if (flaw !== undefined) throw new DecodeError(`receipts.${at}.${flaw}`)
    gasUsed = receipt.cumulativeGasUsed
    logIndex += BigInt(receipt.logs.length)
  }
  return receipts.map(toReceipt)
}

/** Expected position of a receipt, and the totals before it. */
interface Expected {
  readonly block: UnverifiedL1Block
  readonly at: number
  readonly gasUsed: bigint
  readonly logIndex: bigint
}

function flawOf(receipt: ReceiptJson, expected: Expected): string | undefined {
  const { block, at, gasUsed, logIndex } = expected
  const flaw = misplaced(receipt, expected)
  if (flaw !== undefined) return flaw
  if (receipt.gasUsed !== receipt.cumulativeGasUsed - gasUsed)
    return `gasUsed: ${receipt.gasUsed}, want ${receipt.cumulativeGasUsed} (cumulative) - ${gasUsed} (before)`
  if (receipt.status > 1n) return `status: ${receipt.status}, want 0 or 1`
  if (receipt.logsBloom.length !== 256) return `logsBloom: ${receipt.logsBloom.length} bytes`
  for (const [position, log] of receipt.logs.entries()) {
    const wrong = misplaced(log, { block, at })
    if (wrong !== undefined) return `logs.${position}.${wrong}`
    if (log.logIndex !== logIndex + BigInt(position))
      return `logs.${position}.logIndex: ${log.logIndex}, want ${logIndex + BigInt(position)}`
    if (log.removed === true) return `logs.${position}.removed: the block is not canonical any more`
  }
  return undefined
}

function misplaced(
  found: {
    readonly blockHash: Hash
    readonly blockNumber: bigint
    readonly transactionIndex: bigint
    readonly transactionHash: Hash
  },
  { block, at }: Pick<Expected, 'block' | 'at'>,
): string | undefined {
  if (found.blockHash !== block.hash) return `blockHash: ${found.blockHash}, want ${block.hash}`
  if (found.blockNumber !== block.header.number)
    return `blockNumber: ${found.blockNumber}, want ${block.header.number}`
  if (found.transactionIndex !== BigInt(at))
    return `transactionIndex: ${found.transactionIndex}, want ${at}`
  const hash = block.transactions[at]?.hash
  if (found.transactionHash !== hash)
    return `transactionHash: ${found.transactionHash}, want ${hash}`
  return undefined
}

function toReceipt(json: ReceiptJson): L1Receipt {
  return {
    type: Number(json.type),
    isSuccess: json.status === 1n,
    cumulativeGasUsed: json.cumulativeGasUsed,
    logsBloom: json.logsBloom,
    logs: json.logs.map((log) => ({
      address: log.address,
      // A topic may be any 32 bytes, although it is parsed as a hash.
      topics: log.topics as readonly string[] as readonly Bytes32[],
      data: log.data,
      index: Number(log.logIndex),
    })),
    depositNonce: json.depositNonce,
    depositReceiptVersion: json.depositReceiptVersion,
  }
}
