import * as z from 'zod'
import { type Header, hashHeader } from '#protocol/block/header.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { toHex } from '#protocol/codec/hex.ts'
import type { Hash } from '#protocol/primitives.ts'
import { orderedTrieRoot } from '#protocol/trie/ordered-root.ts'
import { hashJson, hexJson } from './fields.ts'
import { headerJson } from './header-json.ts'
import { parseJson } from './parse-json.ts'
import { encodeTransactionJson } from './transaction-from-json.ts'

/** An L2 block whose header and transactions match its hash. */
export interface CheckedL2Block {
  readonly header: Header
  readonly block: Payload
}

const blockJson = z.looseObject({
  hash: hashJson,
  transactions: z.array(z.looseObject({})),
  raw: z.array(hexJson).optional(),
})

/**
 * Parses a block as `eth_getBlockByNumber` returns it, with full transactions or with their encoded bytes in `raw`.
 *
 * @throws DecodeError that names the malformed field, or the hash that does not match the header or the transactions
 */
export function parseL2Block(json: unknown, config: RollupConfig): CheckedL2Block {
  const fields = parseJson(blockJson, json, 'block')
  const header = parseJson(headerJson, json, 'block')
  const transactions = fields.raw ?? fields.transactions.map(encodeTransactionJson)
  const hash = hashHeader(header)
  if (hash !== fields.hash)
    throw new DecodeError(`block.hash: ${fields.hash}, but the fields have hash ${hash}`)
  const root = toHex(orderedTrieRoot(transactions))
  if (root !== header.transactionsRoot)
    throw new DecodeError(
      `block.transactionsRoot: ${header.transactionsRoot}, but the transactions have ${root}`,
    )
  return { header, block: toPayload(hash, header, { transactions, config }) }
}

/** Converts the block to the form of the Engine API. */
function toPayload(
  blockHash: Hash,
  header: Header,
  { transactions, config }: { readonly transactions: readonly Uint8Array[]; config: RollupConfig },
): Payload {
  return {
    blockHash,
    parentHash: header.parentHash,
    feeRecipient: header.beneficiary,
    stateRoot: header.stateRoot,
    receiptsRoot: header.receiptsRoot,
    logsBloom: header.logsBloom,
    prevRandao: header.prevRandao,
    number: header.number,
    gasLimit: header.gasLimit,
    gasUsed: header.gasUsed,
    timestamp: header.timestamp,
    extraData: header.extraData,
    baseFeePerGas: header.baseFeePerGas ?? 0n,
    withdrawals: header.withdrawalsRoot === undefined ? undefined : [],
    blobGasUsed: header.blobGasUsed,
    excessBlobGas: header.excessBlobGas,
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
    withdrawalsRoot: isActive(config, 'isthmus', header.timestamp)
      ? header.withdrawalsRoot
      : undefined,
    transactions,
  }
}
