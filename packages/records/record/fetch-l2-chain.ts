import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { Fault } from '#runtime/fault.ts'
import { toData, toQuantity } from '#json-rpc/forms/fields.ts'
import type { CallOptions, JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { type CheckedL2Block, parseL2Block } from '#json-rpc/forms/l2-block-json.ts'
import type { RecordedL2 } from '#records/folder/read-l2.ts'

/** Where L2 is asked. */
export interface L2Options {
  readonly rpc: JsonRpcClient
  /** The server that `rpc` asks, for a person to read. */
  readonly name: string
  readonly config: RollupConfig
  readonly signal?: AbortSignal | undefined
}

/** A block of L2 as a node told it, and the line that it makes in a record. */
export interface L2Line extends RecordedL2 {
  readonly line: string
}

/** Blocks that go into one request: as many of the largest there are fit into an answer. */
const blocksPerRequest = 16

/**
 * The L2 blocks of a node from one on, in order, each the child of the one before it and with the hash that its fields have.
 * The next few are asked for while the last are used. Ends where the node has no more.
 *
 * @param first numbers of the first block of all, and of the first that is recorded
 * @throws Fault `l2-invalid` if what was told is not true; JsonRpcError; else as the client does
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
    // Whoever waits for it hears of it; but nobody may.
    void Promise.allSettled([next])
    for (const { told, line } of blocks) {
      const { block } = told
      if (parent !== undefined && block.parentHash !== parent.block.blockHash)
        throw untrue(
          options,
          `block ${block.number} is no child of block ${parent.block.number}: L2 was reorganised meanwhile, begin again`,
        )
      yield { ...told, line, where: options.name, isBefore: block.number < first.recorded }
      parent = told
    }
  }
}

/**
 * Blocks in a row, up to the first that is not there.
 *
 * @throws Fault `l2-invalid` if what was told is not true; JsonRpcError; else as the client does
 */
export async function fetchL2Blocks(
  options: L2Options,
  { first, count }: { readonly first: bigint; readonly count: number },
): Promise<readonly { readonly told: CheckedL2Block; readonly line: string }[]> {
  const { rpc, signal } = options
  const calls = Array.from({ length: count }, (_, at) => {
    return { method: 'eth_getBlockByNumber', params: [toQuantity(first + BigInt(at)), true] }
  })
  const callOptions: CallOptions = signal === undefined ? {} : { signal }
  const blocks: { readonly told: CheckedL2Block; readonly line: string }[] = []
  for (const answer of await rpc.batch(calls, callOptions)) {
    if ('error' in answer) throw answer.error
    if (answer.result === null) break
    blocks.push(readBlock(options, first + BigInt(blocks.length), answer.result))
  }
  return blocks
}

function readBlock(options: L2Options, number: bigint, json: unknown) {
  try {
    const told = parseL2Block(json, options.config)
    if (told.block.number !== number) throw new DecodeError(`it is block ${told.block.number}`)
    const raw = told.block.transactions.map(toData)
    return { told, line: JSON.stringify({ ...(json as object), raw }) }
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause
    throw untrue(options, `block ${number} is not true: ${cause.message}`, cause)
  }
}

function untrue({ name }: L2Options, what: string, cause?: unknown): Fault {
  const detail = `${name}: L2 ${what}`
  return new Fault('l2-invalid', { detail, cause })
}
