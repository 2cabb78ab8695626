import * as z from 'zod'
import type { Hash } from '#protocol/primitives.ts'
import type { Methods } from '#json-rpc/json-rpc-dispatch.ts'
import type { Chain } from '#execution-client/chain/chain.ts'
import { quantityJson, toData, toQuantity } from '#json-rpc/forms/fields.ts'
import type { KnownBlock } from '#execution-client/store/block-store.ts'
import { blockToJson, headerToJson } from './block-json.ts'
import { blockJson, findBlock, hashParam, parseParam } from './params.ts'
import { receiptsToJson } from './receipt-json.ts'
import { readTransaction, transactionToJson } from './transaction-json.ts'

/** Methods for blocks, transactions and receipts. Spec: execution-apis, src/eth/block.yaml, transaction.yaml */
export function blockMethods(chain: Chain): Methods {
  const byTag = (params: readonly unknown[]) => findBlock(chain, parseParam(blockJson, params, 0))
  const byHash = (params: readonly unknown[]) => chain.find(hashParam(params, 0))
  const isFull = (params: readonly unknown[]) => ({
    full: parseParam(z.boolean().default(false), params, 1),
  })
  const tell = (block: KnownBlock | undefined, params: readonly unknown[]) =>
    block === undefined ? null : blockToJson(block, chain.body(block), isFull(params))
  const position = (params: readonly unknown[]) => Number(parseParam(quantityJson, params, 1))
  const count = (block: KnownBlock | undefined) =>
    block === undefined ? null : toQuantity(chain.body(block).transactions.length)
  const uncles = (block: KnownBlock | undefined) => (block === undefined ? null : '0x0')
  return {
    eth_blockNumber: () => toQuantity(chain.head.header.number),
    eth_getBlockByNumber: (params) => tell(byTag(params), params),
    eth_getBlockByHash: (params) => tell(byHash(params), params),
    eth_getHeaderByNumber: (params) => orNull(byTag(params), headerToJson),
    eth_getHeaderByHash: (params) => orNull(byHash(params), headerToJson),
    eth_getBlockTransactionCountByNumber: (params) => count(byTag(params)),
    eth_getBlockTransactionCountByHash: (params) => count(byHash(params)),
    eth_getUncleCountByBlockNumber: (params) => uncles(byTag(params)),
    eth_getUncleCountByBlockHash: (params) => uncles(byHash(params)),
    eth_getTransactionByBlockNumberAndIndex: (params) =>
      orNull(byTag(params), (block) => transactionAt(chain, block, position(params))),
    eth_getTransactionByBlockHashAndIndex: (params) =>
      orNull(byHash(params), (block) => transactionAt(chain, block, position(params))),
    eth_getBlockReceipts: (params) =>
      orNull(byTag(params), (block) => receiptsToJson(block, chain.body(block), chain.config)),
    eth_getTransactionReceipt: (params) => receiptOf(chain, hashParam(params, 0)),
  }
}

/** A transaction of the canonical chain; null if there is none. */
export function minedTransaction(chain: Chain, hash: Hash): Record<string, unknown> | null {
  const place = chain.place(hash)
  const block = place && chain.find(place.block)
  return place === undefined || block === undefined
    ? null
    : transactionAt(chain, block, place.position)
}

/** The bytes of a transaction of the canonical chain; null if there is none. */
export function minedRaw(chain: Chain, hash: Hash): string | null {
  const place = chain.place(hash)
  const block = place && chain.find(place.block)
  if (place === undefined || block === undefined) return null
  const raw = chain.body(block).transactions[place.position]
  return raw === undefined ? null : toData(raw)
}

function transactionAt(
  chain: Chain,
  block: KnownBlock,
  position: number,
): Record<string, unknown> | null {
  const { transactions, receipts } = chain.body(block)
  const [raw, receipt] = [transactions[position], receipts[position]]
  if (raw === undefined || receipt === undefined) return null
  return transactionToJson(readTransaction(raw), { block, position, receipt })
}

function receiptOf(chain: Chain, hash: Hash): unknown {
  const place = chain.place(hash)
  const block = place && chain.find(place.block)
  if (place === undefined || block === undefined) return null
  return receiptsToJson(block, chain.body(block), chain.config)[place.position] ?? null
}

function orNull<Value>(
  block: KnownBlock | undefined,
  tell: (block: KnownBlock) => Value,
): Value | null {
  return block === undefined ? null : tell(block)
}
