import { hashHeader } from '#protocol/block/header.ts'
import { toHex } from '#protocol/codec/hex.ts'
import type { Hash } from '#protocol/primitives.ts'
import { headerJson } from '#json-rpc/forms/header-json.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import type { ReplayedBlock } from './replayed-chain.ts'

/** A temporary reorg of a chain. */
export interface Reorg {
  /** Number of replaced blocks. The last of them is `block`. */
  readonly depth: bigint
  /** Number of the head at which the reorg begins. */
  readonly block: bigint
  /** Number of blocks by which the other branch grows before the recorded branch returns. */
  readonly stay: bigint
}

/**
 * Makes an alternative to consecutive blocks: the same transactions under other headers, with valid
 * hashes, so that they pass every check.
 *
 * @param name is part of the headers, so that two branches differ
 */
export function alternativeBranch(
  blocks: readonly ReplayedBlock[],
  name: string,
): readonly ReplayedBlock[] {
  const branch: ReplayedBlock[] = []
  for (const block of blocks)
    branch.push(alternativeOf(block, { name, parentHash: branch.at(-1)?.hash ?? block.parentHash }))
  return branch
}

function alternativeOf(
  block: ReplayedBlock,
  { name, parentHash }: { readonly name: string; readonly parentHash: Hash },
): ReplayedBlock {
  const extraData = toHex(new TextEncoder().encode(name).subarray(0, 32))
  const changed = { ...block.json, parentHash, extraData }
  const hash = hashHeader(parseJson(headerJson, changed, 'block'))
  const transactions = placed(changed, 'transactions', hash)
  const receipts = block.receipts?.map((receipt) => {
    const moved = { ...(receipt as object), blockHash: hash }
    return { ...moved, logs: placed(moved, 'logs', hash) }
  })
  return { ...block, hash, parentHash, json: { ...changed, hash, transactions }, receipts }
}

/** Sets the block hash of each item of a list, such as transactions or logs. */
function placed(of: object, name: string, blockHash: Hash): readonly object[] {
  const items = (of as Readonly<Record<string, readonly object[] | undefined>>)[name]
  return (items ?? []).map((item) => ({ ...item, blockHash }))
}
