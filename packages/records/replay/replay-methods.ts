import * as z from 'zod'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'
import { addressJson, hashJson, hexJson, toQuantity, toWord } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { errorCodes, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { Method, Methods } from '#json-rpc/json-rpc-dispatch.ts'
import { unsubscribe } from '#json-rpc/subscriptions.ts'
import { version } from '#runtime/version.ts'
import { type ReplayedBlock, type ReplayedChain, withoutTransactions } from './replayed-chain.ts'
import {
  configUpdateEvent,
  unsafeBlockSignerSlot,
} from '#protocol/derivation/system-config-contract.ts'

/** JSON-RPC methods of L1 and L2 that a rollup node uses, answered from a record. */
export function replayMethods(chain: ReplayedChain, chainId: bigint): Methods {
  const block = ([key, isFull]: readonly unknown[]) => {
    const found = chain.find(textOf(key))
    return found === undefined ? null : shown(found, { isFull: isFull === true })
  }
  return {
    web3_clientVersion: () => `atoll-l1-replay/${version}`,
    eth_chainId: () => toQuantity(chainId),
    eth_blockNumber: () => toQuantity(chain.head),
    eth_getBlockByNumber: block,
    eth_getBlockByHash: block,
    eth_getBlockReceipts: ([key]) => chain.find(textOf(key))?.receipts ?? null,
    eth_getTransactionReceipt: ([hash]) => chain.findReceipt(textOf(hash)) ?? null,
    eth_subscribe: subscribe(chain),
    eth_unsubscribe: unsubscribe,
  }
}

/** Topics of an update of the unsafe block signer. */
const signerUpdate = [configUpdateEvent, `0x${'00'.repeat(32)}`, `0x${'00'.repeat(31)}03`]

const receiptJson = z.looseObject({
  logs: z.array(z.looseObject({ address: addressJson, topics: z.array(hashJson), data: hexJson })),
})

/**
 * `eth_getStorageAt` for the unsafe block signer. A record has no state, so the value is the given signer until a log
 * of the record changes it.
 */
export function storageMethod(
  chain: ReplayedChain,
  { l1SystemConfigAddress: contract }: Pick<RollupConfig, 'l1SystemConfigAddress'>,
  unsafeBlockSigner: Address,
): Methods {
  const signerAt = (number: bigint): Uint8Array => {
    let signer = fromHex(unsafeBlockSigner)
    for (const block of chain.canonical()) {
      if (block.number > number) break
      for (const receipt of block.receipts ?? [])
        for (const { address, topics, data } of parseJson(receiptJson, receipt, 'receipt').logs)
          if (address === contract && topics.join() === signerUpdate.join())
            signer = data.subarray(-20)
    }
    return signer
  }
  return {
    eth_getStorageAt: ([address, slot, key]) => {
      const found = chain.find(textOf(key))
      if (found === undefined) throw new JsonRpcError(-32_000, 'header not found')
      const isSigner =
        textOf(address).toLowerCase() === contract && textOf(slot) === unsafeBlockSignerSlot
      return isSigner ? toWord(signerAt(found.number)) : toHex(new Uint8Array(32))
    },
  }
}

function subscribe(chain: ReplayedChain): Method {
  return ([what], context) => {
    if (what !== 'newHeads')
      throw new JsonRpcError(errorCodes.invalidParams, 'only newHeads can be subscribed to')
    return context.subscribe((notify) =>
      chain.onHead((blocks) => {
        for (const { json } of blocks)
          notify({ ...json, transactions: undefined, withdrawals: undefined })
      }),
    )
  }
}

function textOf(param: unknown): string {
  if (typeof param === 'string') return param
  throw new JsonRpcError(errorCodes.invalidParams, 'missing value for required argument 0')
}

function shown(block: ReplayedBlock, { isFull }: { readonly isFull: boolean }): object {
  return isFull ? block.json : withoutTransactions(block)
}
