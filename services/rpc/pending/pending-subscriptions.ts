import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Methods } from '#json-rpc/json-rpc-dispatch.ts'
import { unsubscribe } from '#json-rpc/subscriptions.ts'
import type { ChainFeed } from '#services/rpc/execution/chain-feed.ts'
import { converted, omittable, readParams } from '#services/rpc/methods/params.ts'
import { readLogFilter } from './log-filter.ts'
import type { PendingFeed } from './pending-feed.ts'

/** The subscriptions of `eth_subscribe` that rpc has: to flashblocks, and to the canonical chain. */
const names = [
  'newFlashblocks',
  'pendingLogs',
  'newFlashblockTransactions',
  'newHeads',
  'logs',
] as const

type Name = (typeof names)[number]

/** The feeds of subscriptions. */
export interface SubscriptionFeeds {
  readonly pending: PendingFeed
  readonly chain: ChainFeed
}

/** Starts notifications; the returned function stops them. */
type Start = (notify: (result: unknown) => void) => () => void

const subscriptionName = converted((json): Name => {
  const name = names.find((known) => json === known)
  if (name !== undefined) return name
  throw new DecodeError(
    `want one of ${names.join(', ')}; for other subscriptions, connect to the execution client`,
  )
})

const anything = omittable((json: unknown) => json)

/** `eth_subscribe`. Source of the subscriptions to flashblocks: base/base, crates/execution/flashblocks */
export function pendingSubscriptions(feeds: SubscriptionFeeds): Methods {
  return {
    eth_subscribe: (params, context) => {
      const [name, option] = readParams<[Name, unknown]>(params, subscriptionName, anything)
      return context.subscribe(startOf(name, option, feeds))
    },
    eth_unsubscribe: unsubscribe,
  }
}

function startOf(name: Name, option: unknown, { chain, pending }: SubscriptionFeeds): Start {
  switch (name) {
    case 'newFlashblocks':
      refuseOption(option)
      return (notify) => pending.subscribe({ kind: 'blocks' }, notify)
    case 'newFlashblockTransactions': {
      const [isFull] = readParams<[boolean]>([option], fullOption)
      return (notify) => pending.subscribe({ kind: isFull ? 'transactions' : 'hashes' }, notify)
    }
    case 'newHeads':
      refuseOption(option)
      return (notify) => chain.subscribe({ kind: 'heads' }, notify)
    case 'pendingLogs': {
      const filter = readLogFilter(option)
      return (notify) => pending.subscribe({ kind: 'logs', filter }, notify)
    }
    case 'logs': {
      const filter = readLogFilter(option)
      return (notify) => chain.subscribe({ kind: 'logs', filter }, notify)
    }
  }
}

/** @throws JsonRpcError -32602 if there is an option */
function refuseOption(option: unknown): void {
  readParams<[]>(option === undefined || option === null ? [] : [option])
}

const fullOption = converted((json): boolean => {
  if (json === undefined || json === null) return false
  if (typeof json === 'boolean') return json
  throw new DecodeError('want true for whole transactions, or false for their hashes')
})
