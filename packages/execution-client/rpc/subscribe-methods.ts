import * as z from 'zod'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { Methods } from '#json-rpc/json-rpc-dispatch.ts'
import { unsubscribe } from '#json-rpc/subscriptions.ts'
import type { Chain } from '#execution-client/chain/chain.ts'
import type { TransactionPool } from '#execution-client/pool/transaction-pool.ts'
import { headerToJson } from './block-json.ts'
import { filterJson, logsIn, toLogFilter } from './log-methods.ts'
import { parseParam, rpcCodes } from './params.ts'
import { pooledToJson } from './pool-methods.ts'

const kinds = ['newHeads', 'logs', 'newPendingTransactions', 'syncing'] as const

/** Methods that begin and end the subscriptions of a connection. */
export function subscribeMethods(chain: Chain, pool: TransactionPool): Methods {
  return {
    eth_subscribe: (params, context) => {
      const kind = parseParam(z.enum(kinds), params, 0)
      switch (kind) {
        case 'newHeads':
          return context.subscribe((notify) =>
            chain.onChange(({ added }) => {
              for (const block of added) notify(headerToJson(block))
            }),
          )
        case 'logs': {
          const filter = parseParam(filterJson.nullish(), params, 1) ?? {}
          const tell = toLogFilter(filter)
          return context.subscribe((notify) =>
            chain.onChange(({ added, removed }) => {
              // Logs that a reorg removed are sent before new logs, newest first.
              for (const block of removed)
                for (const log of logsIn(chain, block, tell).toReversed())
                  notify({ ...log, removed: true })
              for (const block of added) for (const log of logsIn(chain, block, tell)) notify(log)
            }),
          )
        }
        case 'newPendingTransactions': {
          const isFull = parseParam(z.boolean().nullish(), params, 1) === true
          return context.subscribe((notify) =>
            pool.subscribe({
              pending: (transactions) => {
                for (const transaction of transactions)
                  notify(isFull ? pooledToJson(transaction) : transaction.hash)
              },
            }),
          )
        }
        case 'syncing':
          throw new JsonRpcError(rpcCodes.server, 'there is nothing to sync from')
      }
    },
    eth_unsubscribe: unsubscribe,
  }
}
