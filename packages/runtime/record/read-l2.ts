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
import { readLines, recordFault, requireFile, within } from './read-lines.ts'

/** An L2 block of a record. */
export interface RecordedL2 {
  /** File and line. */
  readonly where: string
  readonly header: Header
  readonly block: Payload
}

const lineJson = z.looseObject({
  hash: hashJson,
  transactions: z.array(z.looseObject({})),
  raw: z.array(hexJson).optional(),
})

/**
 * The L2 blocks of a record, in order, each the child of the one before it and with the hash that its fields have.
 *
 * @throws Fault `record` that names file and line, and what is wrong
 */
export async function* readL2(folder: string, config: RollupConfig): AsyncGenerator<RecordedL2> {
  let parent: Payload | undefined
  for await (const { json, where } of readLines(requireFile(folder, 'l2.ndjson'))) {
    const { block, header } = within(where, () => readBlock(json, config))
    if (parent !== undefined && block.parentHash !== parent.blockHash)
      throw recordFault(
        `${where}: L2 block ${block.number} with parent ${block.parentHash} does not fit the line before it: block ${parent.number} with hash ${parent.blockHash}`,
      )
    yield { block, header, where }
    parent = block
  }
  if (parent === undefined) throw recordFault(`${folder}: l2.ndjson has no block`)
}

function readBlock(json: unknown, config: RollupConfig): Omit<RecordedL2, 'where'> {
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
