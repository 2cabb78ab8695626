import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Methods } from '#json-rpc/json-rpc-dispatch.ts'
import { unsubscribe } from '#json-rpc/subscriptions.ts'
import { converted, omittable, readParams } from '#services/rpc/methods/params.ts'
import { readLogFilter } from './log-filter.ts'
import type { PendingFeed, PendingSubscription } from './pending-feed.ts'

/** The subscriptions of `eth_subscribe` that rpc has. */
const names = ['newFlashblocks', 'pendingLogs', 'newFlashblockTransactions'] as const

const subscriptionName = converted((json): (typeof names)[number] => {
  const name = names.find((known) => json === known)
  if (name !== undefined) return name
  throw new DecodeError(
    `want one of ${names.join(', ')}; for other subscriptions, connect to the execution client`,
  )
})

const anything = omittable((json: unknown) => json)

/** The subscriptions to flashblocks. Source: base/base, crates/execution/flashblocks */
export function pendingSubscriptions(feed: PendingFeed): Methods {
  return {
    eth_subscribe: (params, context) => {
      const [name, option] = readParams<[(typeof names)[number], unknown]>(
        params,
        subscriptionName,
        anything,
      )
      const subscription = subscriptionOf(name, option)
      return context.subscribe((notify) => feed.subscribe(subscription, notify))
    },
    eth_unsubscribe: unsubscribe,
  }
}

function subscriptionOf(name: (typeof names)[number], option: unknown): PendingSubscription {
  switch (name) {
    case 'newFlashblocks':
      readParams<[]>(option === undefined || option === null ? [] : [option])
      return { kind: 'blocks' }
    case 'pendingLogs':
      return { kind: 'logs', filter: readLogFilter(option) }
    case 'newFlashblockTransactions': {
      const [isFull] = readParams<[boolean]>([option], fullOption)
      return { kind: isFull ? 'transactions' : 'hashes' }
    }
  }
}

const fullOption = converted((json): boolean => {
  if (json === undefined || json === null) return false
  if (typeof json === 'boolean') return json
  throw new DecodeError('want true for whole transactions, or false for their hashes')
})
