import * as z from 'zod'
import { encodeHeader } from '#protocol/block/header.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Methods } from '#json-rpc/json-rpc-dispatch.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { Serial } from '#runtime/serial.ts'
import { version } from '#runtime/version.ts'
import type { Chain } from '#execution-client/chain/chain.ts'
import { hexJson, quantityJson, toData, toQuantity } from '#json-rpc/forms/fields.ts'
import { encodeReceipt } from '#execution-client/transition/receipt.ts'
import { encodeBlock } from './block-json.ts'
import { minedRaw } from './block-methods.ts'
import { blockJson, hashParam, parseParam, requireBlock, requireState, rpcCodes } from './params.ts'

/** DA limits that op-batcher sets for transactions and blocks. 0 means no limit. */
export interface DaLimits {
  maxTransactionBytes: bigint
  maxBlockBytes: bigint
}

/** Methods that need no block: identity, network and sync status. */
export function nodeMethods(chain: Chain): Methods {
  const { chainId } = chain.config
  return {
    eth_chainId: () => toQuantity(chainId),
    eth_syncing: () => false,
    eth_accounts: () => [],
    eth_protocolVersion: () => '0x41',
    net_version: () => String(chainId),
    net_listening: () => true,
    net_peerCount: () => '0x0',
    web3_clientVersion: () => `atoll/execution-client/${version}`,
    web3_sha3: (params) => toData(keccak256(parseParam(hexJson, params, 0))),
  }
}

/**
 * The `debug` methods, which read stored blocks and move the head, and the `miner` methods that op-batcher calls.
 * Spec: execution-apis, src/debug
 */
export function debugMethods(
  chain: Chain,
  { serial, daLimits }: { readonly serial: Serial; readonly daLimits: DaLimits },
): Methods {
  const block = (params: readonly unknown[]) =>
    requireBlock(chain, parseParam(blockJson, params, 0))
  return {
    debug_getRawHeader: (params) => toData(encodeHeader(block(params).header)),
    debug_getRawBlock: (params) => {
      const found = block(params)
      return toData(encodeBlock(found.header, chain.body(found).transactions))
    },
    debug_getRawReceipts: (params) =>
      chain.body(block(params)).receipts.map((receipt) => toData(encodeReceipt(receipt))),
    debug_getRawTransaction: (params) => minedRaw(chain, hashParam(params, 0)) ?? '0x',
    debug_setHead: async (params) => {
      const target = requireState(chain, parseParam(blockJson, params, 0))
      await serial.run(async () => setHead(chain, target.header.number))
      return null
    },
    miner_setMaxDASize: (params) => {
      daLimits.maxTransactionBytes = parseParam(quantityJson, params, 0)
      daLimits.maxBlockBytes = parseParam(quantityJson, params, 1)
      return true
    },
    miner_setGasLimit: (params) => {
      parseParam(z.unknown(), params, 0)
      throw new JsonRpcError(
        rpcCodes.server,
        'the gas limit cannot be set: it comes with the payload attributes',
      )
    },
  }
}

/** Moves the head back to a canonical block, and the safe and finalized blocks too if they are above it. */
function setHead(chain: Chain, number: bigint): void {
  const head = chain.canonical(number)
  if (head === undefined) throw new JsonRpcError(rpcCodes.server, 'header not found')
  const atMost = (block: typeof chain.safe) =>
    block === undefined || block.header.number > number ? head.hash : block.hash
  chain.choose({
    head: head.hash,
    safe: chain.safe && atMost(chain.safe),
    finalized: chain.finalized && atMost(chain.finalized),
  })
}
