import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { Fault } from '#runtime/fault.ts'
import { toData, toQuantity } from '#json-rpc/forms/fields.ts'
import type { CallOptions, JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { type CheckedL2Block, parseL2Block } from '#json-rpc/forms/l2-block-json.ts'
import type { RecordedL2 } from '#records/folder/read-l2.ts'

/** Options of an L2 node. */
export interface L2Options {
  readonly rpc: JsonRpcClient
  /** Name of the server, for messages. */
  readonly name: string
  readonly config: RollupConfig
  readonly signal?: AbortSignal | undefined
}

/** An L2 block with its line in a record. */
export interface L2Line extends RecordedL2 {
  readonly line: string
}

/** Number of blocks in a request. Even the largest blocks fit into one answer. */
const blocksPerRequest = 16

/**
 * Fetches the L2 blocks of a node in order. Each matches its hash and is the child of the block before it. The next
 * blocks are fetched while the caller uses the current blocks. Ends at the first block that the node does not have.
 *
 * @param first numbers of two blocks: the first block to fetch, and the first block of the record. Blocks between them
 * are marked `isBefore`
 * @throws Fault `l2-invalid` if a block does not match its hash or parent; JsonRpcError if the node refuses a call;
 * other errors of the client
 */
export async function* fetchL2Chain(
  options: L2Options,
  first: { readonly number: bigint; readonly recorded: bigint },
): AsyncGenerator<L2Line> {
  let parent: CheckedL2Block | undefined
  let next = fetchL2Blocks(options, { first: first.number, count: blocksPerRequest })
  for (let number = first.number; ;) {
    const blocks = await next
    if (blocks.length === 0) return
    number += BigInt(blocks.length)
    next = fetchL2Blocks(options, { first: number, count: blocksPerRequest })
    // The error is handled where the result is used. The caller may stop before that.
    void Promise.allSettled([next])
    for (const { checked, line } of blocks) {
      const { block } = checked
      if (parent !== undefined && block.parentHash !== parent.block.blockHash)
        throw invalid(
          options,
          `block ${block.number} is not a child of block ${parent.block.number}: L2 was reorganised meanwhile; begin again`,
        )
      yield { ...checked, line, where: options.name, isBefore: block.number < first.recorded }
      parent = checked
    }
  }
}

/**
 * Fetches consecutive blocks, up to the first missing block.
 *
 * @throws Fault `l2-invalid` if a block does not match its hash or parent; JsonRpcError if the node refuses a call;
 * other errors of the client
 */
export async function fetchL2Blocks(
  options: L2Options,
  { first, count }: { readonly first: bigint; readonly count: number },
): Promise<readonly { readonly checked: CheckedL2Block; readonly line: string }[]> {
  const { rpc, signal } = options
  const calls = Array.from({ length: count }, (_, at) => {
    return { method: 'eth_getBlockByNumber', params: [toQuantity(first + BigInt(at)), true] }
  })
  const callOptions: CallOptions = signal === undefined ? {} : { signal }
  const blocks: { readonly checked: CheckedL2Block; readonly line: string }[] = []
  for (const answer of await rpc.batch(calls, callOptions)) {
    if ('error' in answer) throw answer.error
    if (answer.result === null) break
    blocks.push(readBlock(options, first + BigInt(blocks.length), answer.result))
  }
  return blocks
}

function readBlock(options: L2Options, number: bigint, json: unknown) {
  try {
    const checked = parseL2Block(json, options.config)
    if (checked.block.number !== number)
      throw new DecodeError(`the node returned block ${checked.block.number}`)
    const raw = checked.block.transactions.map(toData)
    return { checked, line: JSON.stringify({ ...(json as object), raw }) }
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause
    throw invalid(options, `block ${number} is invalid: ${cause.message}`, cause)
  }
}

function invalid({ name }: L2Options, what: string, cause?: unknown): Fault {
  const detail = `${name}: L2 ${what}`
  return new Fault('l2-invalid', { detail, cause })
}
