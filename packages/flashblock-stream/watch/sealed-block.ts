import * as z from 'zod'
import { hashJson, toQuantity, uint64Json } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import type { SealedBlock } from './judge-block.ts'

const blockJson = z.looseObject({
  number: uint64Json,
  hash: hashJson,
  parentHash: hashJson,
  transactions: z.array(hashJson),
})

/**
 * Fetches a block of the canonical chain, with the hashes of its transactions.
 *
 * @returns undefined if the node does not have it
 * @throws Fault, JsonRpcError as `JsonRpcClient.call` does; DecodeError if the answer is malformed
 */
export async function fetchSealedBlock(
  rpc: Pick<JsonRpcClient, 'call'>,
  number: bigint,
  signal: AbortSignal,
): Promise<SealedBlock | undefined> {
  const params = [toQuantity(number), false]
  const json = await rpc.call('eth_getBlockByNumber', params, { signal })
  return json === null ? undefined : parseJson(blockJson, json, 'block')
}
