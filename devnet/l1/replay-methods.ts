import { toQuantity } from '#runtime/json/fields.ts'
import { errorCodes, JsonRpcError } from '#runtime/json-rpc/json-rpc-answer.ts'
import type { Methods } from '#runtime/json-rpc/json-rpc-dispatch.ts'
import { type ReplayedBlock, type ReplayedChain, withoutTransactions } from './replayed-chain.ts'

/** What a rollup node asks of L1, and of the blocks of L2: answered from a record. */
export function replayMethods(chain: ReplayedChain, chainId: bigint): Methods {
  const block = ([key, isFull]: readonly unknown[]) => {
    const found = chain.find(textOf(key))
    return found === undefined ? null : shown(found, { isFull: isFull === true })
  }
  return {
    eth_chainId: () => toQuantity(chainId),
    eth_blockNumber: () => toQuantity(chain.head),
    eth_getBlockByNumber: block,
    eth_getBlockByHash: block,
    eth_getBlockReceipts: ([key]) => chain.find(textOf(key))?.receipts ?? null,
    eth_getTransactionReceipt: ([hash]) => chain.findReceipt(textOf(hash)) ?? null,
  }
}

function textOf(param: unknown): string {
  if (typeof param === 'string') return param
  throw new JsonRpcError(errorCodes.invalidParams, 'missing value for required argument 0')
}

function shown(block: ReplayedBlock, { isFull }: { readonly isFull: boolean }): object {
  return isFull ? block.json : withoutTransactions(block)
}
