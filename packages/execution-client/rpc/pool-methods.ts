import type { Address } from '#protocol/primitives.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { Methods } from '#json-rpc/json-rpc-dispatch.ts'
import type { Chain } from '#execution-client/chain/chain.ts'
import { addressJson, hexJson, toData, toQuantity } from '#json-rpc/forms/fields.ts'
import { PoolRefusal } from '#execution-client/pool/pool-refusal.ts'
import type { PooledTransaction } from '#execution-client/pool/pooled-transaction.ts'
import type {
  TransactionPool,
  TransactionsBySender,
} from '#execution-client/pool/transaction-pool.ts'
import { minedRaw, minedTransaction } from './block-methods.ts'
import { blockJson, hashParam, parseParam, requireState, rpcCodes } from './params.ts'
import { transactionToJson } from './transaction-json.ts'

/** Methods for sending transactions and reading the pool. Spec: execution-apis, src/eth/submit.yaml */
export function poolMethods(chain: Chain, pool: TransactionPool): Methods {
  return {
    eth_sendRawTransaction: (params) => send(pool, parseParam(hexJson, params, 0)),
    eth_getTransactionByHash: (params) => {
      const hash = hashParam(params, 0)
      const pooled = pool.get(hash)
      return minedTransaction(chain, hash) ?? (pooled === undefined ? null : pooledToJson(pooled))
    },
    eth_getRawTransactionByHash: (params) => {
      const hash = hashParam(params, 0)
      const pooled = pool.get(hash)
      return minedRaw(chain, hash) ?? (pooled === undefined ? '0x' : toData(pooled.raw))
    },
    eth_getTransactionCount: (params) => {
      const address = parseParam(addressJson, params, 0)
      if (params[1] === 'pending') return toQuantity(pool.pendingNonce(address))
      const block = requireState(chain, parseParam(blockJson, params, 1))
      return toQuantity(chain.state(block).account(address)?.nonce ?? 0n)
    },
    eth_pendingTransactions: () => [...pool.content().pending.values()].flat().map(pooledToJson),
    txpool_status: () => {
      const { pending, queued } = pool.status()
      return { pending: toQuantity(pending), queued: toQuantity(queued) }
    },
    txpool_content: () => {
      const { pending, queued } = pool.content()
      return { pending: bySender(pending, pooledToJson), queued: bySender(queued, pooledToJson) }
    },
    txpool_contentFrom: (params) => {
      const { pending, queued } = pool.contentFrom(parseParam(addressJson, params, 0))
      return { pending: byNonce(pending, pooledToJson), queued: byNonce(queued, pooledToJson) }
    },
    txpool_inspect: () => {
      const { pending, queued } = pool.content()
      return { pending: bySender(pending, summary), queued: bySender(queued, summary) }
    },
  }
}

/** A pool transaction in geth's JSON form. */
export function pooledToJson({
  raw,
  hash,
  sender,
  signed,
}: PooledTransaction): Record<string, unknown> {
  return transactionToJson({ raw, hash, from: sender, signed, deposit: undefined }, undefined)
}

function send(pool: TransactionPool, raw: Uint8Array): string {
  try {
    return pool.add(raw)
  } catch (cause) {
    if (cause instanceof PoolRefusal) throw new JsonRpcError(rpcCodes.server, cause.message)
    throw cause
  }
}

type Tell = (transaction: PooledTransaction) => unknown

function bySender(transactions: TransactionsBySender, tell: Tell): Record<Address, unknown> {
  return Object.fromEntries([...transactions].map(([sender, own]) => [sender, byNonce(own, tell)]))
}

function byNonce(transactions: readonly PooledTransaction[], tell: Tell): Record<string, unknown> {
  return Object.fromEntries(
    transactions.map((transaction) => [String(transaction.signed.nonce), tell(transaction)]),
  )
}

function summary({ signed }: PooledTransaction): string {
  const { to = 'contract creation', value, gasLimit, maxFeePerGas } = signed
  return `${to}: ${value} wei + ${gasLimit} gas × ${maxFeePerGas} wei`
}
