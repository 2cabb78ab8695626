import * as z from 'zod'
import type { Clock } from '#runtime/clock.ts'
import { hashJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { readL2 } from '#records/folder/read-l2.ts'

/** Result of comparing a chain with the recorded one. */
export interface ComparedChain {
  /** Number of compared blocks. */
  readonly blocks: number
  /** Number of blocks with the recorded hash. */
  readonly equal: number
  /** Number of the first block that differs. */
  readonly firstDifference: bigint | undefined
}

const blocksAtOnce = 64
const hashOnly = z.object({ hash: hashJson }).nullable()

/** Compares the blocks of an execution client, up to number `last`, with the recorded blocks. */
export async function compareChain(
  record: string,
  rpcUrl: string,
  options: { readonly last: bigint; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<ComparedChain> {
  const { last, clock, signal } = options
  const rpc = new JsonRpcClient({
    endpoints: [{ url: rpcUrl }],
    timeoutMs: 10_000,
    rounds: 2,
    clock,
  })
  const recorded: { readonly number: bigint; readonly hash: string }[] = []
  for await (const { block } of readL2(record, await readRollupConfig(record)))
    if (block.number <= last) recorded.push({ number: block.number, hash: block.blockHash })
  let equal = 0
  let firstDifference: bigint | undefined
  try {
    for (let at = 0; at < recorded.length; at += blocksAtOnce) {
      const page = recorded.slice(at, at + blocksAtOnce)
      const answers = await rpc.batch(
        page.map(({ number }) => {
          return { method: 'eth_getBlockByNumber', params: [toQuantity(number), false] }
        }),
        { signal },
      )
      for (const [position, { number, hash }] of page.entries()) {
        const answer = answers[position]
        const found = answer !== undefined && 'result' in answer ? answer.result : null
        if (parseJson(hashOnly, found, 'block')?.hash === hash) equal++
        else firstDifference ??= number
      }
    }
  } finally {
    await rpc.close()
  }
  return { blocks: recorded.length, equal, firstDifference }
}
