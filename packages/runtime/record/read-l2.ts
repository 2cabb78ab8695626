import * as z from 'zod'
import { type Header, hashHeader } from '#protocol/block/header.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { toHex } from '#protocol/codec/hex.ts'
import type { Hash } from '#protocol/primitives.ts'
import { orderedTrieRoot } from '#protocol/trie/ordered-root.ts'
import { hashJson, hexJson } from '#runtime/json/fields.ts'
import { headerJson } from '#runtime/json/header-json.ts'
import { parseJson } from '#runtime/json/parse-json.ts'
import { encodeTransactionJson } from '#runtime/l1/transaction-from-json.ts'
import { findFile, readLines, recordFault, requireFile, within } from './read-lines.ts'

/** An L2 block as a node or a record told it, checked against its hash. */
export interface ToldL2 {
  readonly header: Header
  readonly block: Payload
}

/** An L2 block of a record. */
export interface RecordedL2 extends ToldL2 {
  /** File and line. */
  readonly where: string
  /** Before the first block of the record: where its channels and spans may have begun. */
  readonly isBefore: boolean
}

const lineJson = z.looseObject({
  hash: hashJson,
  transactions: z.array(z.looseObject({})),
  raw: z.array(hexJson).optional(),
})

/**
 * The L2 blocks of a record, in order, each the child of the one before it and with the hash that its fields have. Where a
 * record begins later than its chain, the blocks of `before.ndjson` come first.
 *
 * @throws Fault `record` that names file and line, and what is wrong
 */
export async function* readL2(folder: string, config: RollupConfig): AsyncGenerator<RecordedL2> {
  const before = findFile(folder, 'before.ndjson')
  let parent: Payload | undefined
  for (const path of [before, requireFile(folder, 'l2.ndjson')]) {
    if (path === undefined) continue
    for await (const { json, where } of readLines(path)) {
      const told = within(where, () => parseL2Block(json, config))
      if (parent !== undefined && told.block.parentHash !== parent.blockHash)
        throw recordFault(
          `${where}: L2 block ${told.block.number} with parent ${told.block.parentHash} does not fit the line before it: block ${parent.number} with hash ${parent.blockHash}`,
        )
      yield { ...told, where, isBefore: path === before }
      parent = told.block
    }
  }
  if (parent === undefined) throw recordFault(`${folder}: l2.ndjson has no block`)
}

/**
 * Reads a block as `eth_getBlockByNumber` tells it, with its transactions or with their bytes as `raw`.
 *
 * @throws DecodeError that names the field if it is none, or does not have the hash that it is called by
 */
export function parseL2Block(json: unknown, config: RollupConfig): ToldL2 {
  const line = parseJson(lineJson, json, 'block')
  const header = parseJson(headerJson, json, 'block')
  const transactions = line.raw ?? line.transactions.map(encodeTransactionJson)
  const hash = hashHeader(header)
  if (hash !== line.hash)
    throw new DecodeError(`block.hash: ${line.hash}, but the fields have hash ${hash}`)
  const root = toHex(orderedTrieRoot(transactions))
  if (root !== header.transactionsRoot)
    throw new DecodeError(
      `block.transactionsRoot: ${header.transactionsRoot}, but the transactions have ${root}`,
    )
  return { header, block: toPayload(hash, header, { transactions, config }) }
}

/** A block as the Engine API has it. */
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
