import { setImmediate } from 'node:timers/promises'
import * as z from 'zod'
import { toHex, type Hex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { Methods } from '#json-rpc/json-rpc-dispatch.ts'
import type { Chain } from '#execution-client/chain/chain.ts'
import { addressJson, hashJson } from '#json-rpc/forms/fields.ts'
import type { KnownBlock } from '#execution-client/store/block-store.ts'
import { bloomOf, type ExecutionLog } from '#execution-client/transition/receipt.ts'
import { fromHex, toHash } from '#protocol/codec/hex.ts'
import {
  blockJson,
  blocksBetween,
  findBlock,
  parseParam,
  requireBlock,
  rpcCodes,
} from './params.ts'
import { logsToJson } from './receipt-json.ts'

/** Limit on the blocks that one request searches. */
export const maxLogBlocks = 10_000n

/** Limit on the logs of a response. */
const maxLogs = 10_000

/** Limit on the addresses of a filter, and on the topics of each position, as in geth. */
export const maxFilterWords = 1_000

/** Number of blocks after which a search yields to other tasks. */
const blocksPerTurn = 200

// A union of both forms would report an error for each form instead of the exceeded limit.
const oneOrMore = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(
    (value: unknown): unknown => (Array.isArray(value) ? value : [value]),
    z.array(schema).max(maxFilterWords, `at most ${maxFilterWords} alternatives are allowed`),
  )

/** A log filter. Spec: execution-apis, src/schemas/filter.yaml */
export const filterJson = z.object({
  fromBlock: blockJson,
  toBlock: blockJson,
  blockHash: hashJson.nullish(),
  address: oneOrMore(addressJson).nullish(),
  topics: z.array(oneOrMore(hashJson).nullable()).max(4).nullish(),
})

type FilterJson = z.output<typeof filterJson>

/** A compiled filter. */
export interface LogFilter {
  readonly addresses: ReadonlySet<Hex>
  /** Topics by position; an empty set matches any. */
  readonly topics: readonly ReadonlySet<Hex>[]
  /** The bloom bits of each allowed value, for the address and for each topic position that the filter restricts. */
  readonly blooms: readonly (readonly Bits[])[]
}

type Bits = readonly (readonly [at: number, bits: number])[]

/** `eth_getLogs`. */
export function logMethods(chain: Chain): Methods {
  return {
    eth_getLogs: async (params) => {
      const asked = parseParam(filterJson, params, 0)
      const filter = toLogFilter(asked)
      const found: unknown[] = []
      let looked = 0
      for (const block of blocksOf(chain, asked)) {
        if (++looked % blocksPerTurn === 0) await setImmediate()
        found.push(...logsIn(chain, block, filter))
        if (found.length > maxLogs)
          throw new JsonRpcError(rpcCodes.server, `more than ${maxLogs} logs; ask for fewer blocks`)
      }
      return found
    },
  }
}

/** Compiles a filter. */
export function toLogFilter({
  address,
  topics,
}: Pick<FilterJson, 'address' | 'topics'>): LogFilter {
  const positions: readonly (readonly Hex[])[] = [
    address ?? [],
    ...(topics ?? []).map((choice) => choice ?? []),
  ]
  const [addresses = [], ...rest] = positions
  return {
    addresses: new Set(addresses),
    topics: rest.map((choice) => new Set(choice)),
    blooms: positions.filter(({ length }) => length > 0).map((choice) => choice.map(bitsOf)),
  }
}

/** The bits that a word sets in a bloom. */
function bitsOf(word: Hex): Bits {
  const bloom = bloomOf([{ address: fromHex(word), topics: [], data: new Uint8Array(0) }])
  return [...bloom.entries()].filter(([, bits]) => bits !== 0)
}

/** The logs of a block that match a filter. */
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
    const reported = logsToJson(receipt, { block, position, transaction, firstLog })
    for (const [at, log] of receipt.logs.entries())
      if (matches(log, filter)) found.push(reported[at] ?? {})
    firstLog += receipt.logs.length
  }
  return found
}

function* blocksOf(chain: Chain, filter: FilterJson): Generator<KnownBlock> {
  if (filter.blockHash !== undefined && filter.blockHash !== null) {
    const block = chain.find(filter.blockHash)
    if (block === undefined) throw new JsonRpcError(rpcCodes.server, 'unknown block')
    yield block
    return
  }
  const from = firstOf(chain, filter.fromBlock)
  const to = findBlock(chain, filter.toBlock)?.header.number ?? chain.head.header.number
  if (from > chain.head.header.number) return
  if (to < from) throw new JsonRpcError(rpcCodes.invalidParams, 'invalid block range params')
  if (to - from >= maxLogBlocks)
    throw new JsonRpcError(rpcCodes.invalidParams, `more than ${maxLogBlocks} blocks`)
  yield* blocksBetween(chain, from, to)
}

/** The first block number of a filter. A number above the head is allowed, and matches no block. */
function firstOf(chain: Chain, which: FilterJson['fromBlock']): bigint {
  return typeof which === 'bigint' ? which : requireBlock(chain, which).header.number
}

/** Whether a block with this bloom may have logs that match. */
function mayHave(bloom: Uint8Array, { blooms }: LogFilter): boolean {
  return blooms.every((choice) =>
    choice.some((word) => word.every(([at, bits]) => ((bloom[at] ?? 0) & bits) === bits)),
  )
}

function matches(log: ExecutionLog, { addresses, topics }: LogFilter): boolean {
  const isOne = (word: Uint8Array | undefined, wanted: ReadonlySet<Hex>) =>
    wanted.size === 0 || (word !== undefined && wanted.has(toHex(word)))
  return (
    topics.length <= log.topics.length &&
    isOne(log.address, addresses) &&
    topics.every((wanted, at) => isOne(log.topics[at], wanted))
  )
}
