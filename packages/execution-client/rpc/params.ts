import * as z from 'zod'
import type { Hash } from '#protocol/primitives.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { Chain } from '#execution-client/chain/chain.ts'
import { hashJson, quantityJson } from '#json-rpc/forms/fields.ts'
import type { KnownBlock } from '#execution-client/store/block-store.ts'

/** JSON-RPC error codes of EIP-1474 and of geth. */
export const rpcCodes = {
  reverted: 3,
  server: -32_000,
  invalidParams: -32_602,
} as const

/** Parses an argument of a call. @throws JsonRpcError -32602 that names the argument and the mistake */
export function parseParam<Schema extends z.ZodType>(
  schema: Schema,
  params: readonly unknown[],
  at: number,
): z.output<Schema> {
  const { success, data, error } = schema.safeParse(params[at])
  if (success) return data
  const [first] = error.issues
  const missing =
    params[at] === undefined ? 'missing value for required argument' : 'invalid argument'
  const path = first?.path.join('.') ?? ''
  const detail = `${missing} ${at}: ${path === '' ? '' : `${path}: `}${first?.message}`
  throw new JsonRpcError(rpcCodes.invalidParams, detail)
}

const tags = ['latest', 'pending', 'safe', 'finalized', 'earliest'] as const

/** Parameter for a block: a label, a number, or a hash (EIP-1898). */
export const blockJson = z
  .union([
    z.enum(tags),
    // Hashes are tried before numbers, so that 32 bytes are parsed as a hash.
    hashJson.transform((blockHash) => ({ blockHash, requireCanonical: false })),
    quantityJson,
    z.object({ blockHash: hashJson, requireCanonical: z.boolean().optional() }),
    z.object({ blockNumber: quantityJson }).transform(({ blockNumber }) => blockNumber),
  ])
  .nullish()
  .transform((which) => which ?? ('latest' as const))

/** A parsed block parameter. */
export type BlockChoice = z.output<typeof blockJson>

/**
 * The requested block; undefined if it is unknown. `pending` means the latest block.
 *
 * @throws JsonRpcError -32000 if a block must be canonical and is not
 */
export function findBlock(chain: Chain, which: BlockChoice): KnownBlock | undefined {
  if (typeof which === 'bigint') return chain.canonical(which)
  if (typeof which === 'object') {
    const block = chain.find(which.blockHash)
    if (block !== undefined && which.requireCanonical === true && !chain.isCanonical(block))
      throw new JsonRpcError(rpcCodes.server, 'hash is not currently canonical')
    return block
  }
  switch (which) {
    case 'latest':
    case 'pending':
      return chain.head
    case 'safe':
      return chain.safe
    case 'finalized':
      return chain.finalized
    case 'earliest':
      return chain.genesis
  }
}

/** The requested block with its state. @throws JsonRpcError -32000 if either is missing */
export function requireState(chain: Chain, which: BlockChoice): KnownBlock {
  const block = findBlock(chain, which)
  if (block === undefined) throw new JsonRpcError(rpcCodes.server, 'header not found')
  if (chain.hasState(block)) return block
  const detail = `missing trie node: the state of block ${block.header.number} was pruned`
  throw new JsonRpcError(rpcCodes.server, detail)
}

/** The requested block. @throws JsonRpcError -32000 */
export function requireBlock(chain: Chain, which: BlockChoice): KnownBlock {
  const block = findBlock(chain, which)
  if (block === undefined) throw new JsonRpcError(rpcCodes.server, 'header not found')
  return block
}

/** The canonical blocks of a range, inclusive. */
export function* blocksBetween(chain: Chain, from: bigint, to: bigint): Generator<KnownBlock> {
  for (let number = from; number <= to; number++) {
    const block = chain.canonical(number)
    if (block === undefined) return
    yield block
  }
}

/** Parameter for a hash. */
export function hashParam(params: readonly unknown[], at: number): Hash {
  return parseParam(hashJson, params, at)
}
