import * as z from 'zod'
import { toHex, type Hex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { JsonRpcError } from '#runtime/json-rpc/json-rpc-answer.ts'
import type { Chain } from '#devnet/execution/chain/chain.ts'
import { addressJson, hashJson } from '#devnet/execution/json/fields.ts'
import type { KnownBlock } from '#devnet/execution/store/block-store.ts'
import { bloomOf, type ExecutionLog } from '#devnet/execution/transition/receipt.ts'
import { fromHex, toHash } from '#protocol/codec/hex.ts'
import type { MethodTable } from './methods.ts'
import {
  blockJson,
  blocksBetween,
  findBlock,
  parseParam,
  requireBlock,
  rpcCodes,
} from './params.ts'
import { logsToJson } from './receipt-json.ts'

/** Blocks that are looked through for one question, at most. */
export const maxLogBlocks = 10_000n

/** Logs of one answer, at most. */
const maxLogs = 10_000

const oneOrMore = <Schema extends z.ZodType>(schema: Schema) =>
  z.union([schema.transform((one) => [one]), z.array(schema)])

/** Which logs. Spec: execution-apis, src/schemas/filter.yaml */
export const filterJson = z.object({
  fromBlock: blockJson,
  toBlock: blockJson,
  blockHash: hashJson.nullish(),
  address: oneOrMore(addressJson).nullish(),
  topics: z
    .array(z.union([z.null(), oneOrMore(hashJson)]))
    .max(4)
    .nullish(),
})

/** Which logs. */
export type LogFilter = Pick<z.output<typeof filterJson>, 'address' | 'topics'>

/** `eth_getLogs`. */
export function logMethods(chain: Chain): MethodTable {
  return {
    eth_getLogs: (params) => {
      const filter = parseParam(filterJson, params, 0)
      const found: unknown[] = []
      for (const block of blocksOf(chain, filter)) {
        found.push(...logsIn(chain, block, filter))
        if (found.length > maxLogs)
          throw new JsonRpcError(rpcCodes.server, `more than ${maxLogs} logs; ask for fewer blocks`)
      }
      return found
    },
  }
}

/** The logs of a block that a filter lets through. */
export function logsIn(
  chain: Chain,
  block: KnownBlock,
  filter: LogFilter,
): readonly Record<string, unknown>[] {
  if (!mayHave(block.header.logsBloom, filter)) return []
  const { transactions, receipts } = chain.body(block)
  const found: Record<string, unknown>[] = []
  let firstLog = 0
  for (const [position, receipt] of receipts.entries()) {
    const raw = transactions[position]
    if (raw === undefined) break
    const transaction = toHash(keccak256(raw))
    const told = logsToJson(receipt, { block, position, transaction, firstLog })
    for (const [at, log] of receipt.logs.entries())
      if (matches(log, filter)) found.push(told[at] ?? {})
    firstLog += receipt.logs.length
  }
  return found
}

function* blocksOf(chain: Chain, filter: z.output<typeof filterJson>): Generator<KnownBlock> {
  if (filter.blockHash !== undefined && filter.blockHash !== null) {
    const block = chain.find(filter.blockHash)
    if (block === undefined) throw new JsonRpcError(rpcCodes.server, 'unknown block')
    yield block
    return
  }
  const from = requireBlock(chain, filter.fromBlock).header.number
  const to = findBlock(chain, filter.toBlock)?.header.number ?? chain.head.header.number
  if (to < from) throw new JsonRpcError(rpcCodes.invalidParams, 'invalid block range params')
  if (to - from >= maxLogBlocks)
    throw new JsonRpcError(rpcCodes.invalidParams, `more than ${maxLogBlocks} blocks`)
  yield* blocksBetween(chain, from, to)
}

/** Whether the bloom of a block does not rule it out. */
function mayHave(bloom: Uint8Array, { address, topics }: LogFilter): boolean {
  const isIn = (word: Hex) => {
    const bits = bloomOf([{ address: fromHex(word), topics: [], data: new Uint8Array(0) }])
    return bits.every((byte, at) => ((bloom[at] ?? 0) & byte) === byte)
  }
  const anyIn = (words: readonly Hex[] | null | undefined) =>
    words === undefined || words === null || words.length === 0 || words.some(isIn)
  return anyIn(address) && (topics ?? []).every(anyIn)
}

function matches(log: ExecutionLog, { address, topics }: LogFilter): boolean {
  const isOne = (word: Uint8Array | undefined, wanted: readonly Hex[] | null | undefined) =>
    wanted === undefined ||
    wanted === null ||
    wanted.length === 0 ||
    (word !== undefined && wanted.includes(toHex(word)))
  const hasTopics = (topics ?? []).length <= log.topics.length
  return (
    hasTopics &&
    isOne(log.address, address) &&
    (topics ?? []).every((wanted, at) => isOne(log.topics[at], wanted))
  )
}
