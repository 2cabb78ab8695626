import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { CallContext, Methods } from '#json-rpc/json-rpc-dispatch.ts'
import { unsubscribe } from '#json-rpc/subscriptions.ts'
import type { NodeCalls } from '#services/rpc/blocks/node-calls.ts'
import type { HeadFeed } from '#services/rpc/heads/head-feed.ts'
import { parseSequence, sequenceOf } from '#services/rpc/heads/sequence.ts'
import { type HeadName, headNames } from '#services/rpc/state.ts'
import { l2RefToJson } from '#services/rpc/status/ref-json.ts'
import { converted, optional, readParams } from './params.ts'

/** The feeds of the heads. */
export type HeadFeeds = Readonly<Record<HeadName, HeadFeed>>

/** Method of the notifications of `optimism_subscribe`: the namespace with `_subscription`, as in op-geth. */
const notificationMethod = 'optimism_subscription'

const subscriptionName = converted((json): HeadName => {
  const name = headNames.find((head) => json === `${head}Head`)
  if (name !== undefined) return name
  throw new DecodeError(`want one of ${headNames.map((head) => `${head}Head`).join(', ')}`)
})

/** Where a subscription continues: `{"after": "<sequence>"}`. */
const continuation = optional(
  converted((json): BlockId => {
    const { after } = json as { readonly after?: unknown }
    if (typeof after === 'string') return parseSequence(after)
    throw new DecodeError('want {"after": SEQUENCE}, with the sequence of a notification')
  }),
)

/**
 * Subscriptions to heads: `ws_subscribe_unsafe_head` and its siblings, as in kona-node, and `optimism_subscribe` in the
 * form of `eth_subscribe`. Each notification has a sequence, after which the client can continue on any replica.
 */
export function subscribeMethods(feeds: HeadFeeds, calls: Pick<NodeCalls, 'by'>): Methods {
  const methods: Record<string, Methods[string]> = {
    optimism_subscribe: async (params, context) => {
      const [head, after] = readParams<[HeadName, BlockId | undefined]>(
        params,
        subscriptionName,
        continuation,
      )
      return subscribe(feeds[head], { after, context, calls, method: notificationMethod })
    },
    optimism_unsubscribe: unsubscribe,
  }
  for (const head of headNames) {
    const method = `ws_subscribe_${head}_head`
    methods[method] = async (params, context) => {
      const [after] = readParams<[BlockId | undefined]>(params, continuation)
      return subscribe(feeds[head], { after, context, calls, method })
    }
    methods[`ws_unsubscribe_${head}_head`] = unsubscribe
  }
  return methods
}

async function subscribe(
  feed: HeadFeed,
  {
    after,
    context,
    calls,
    method,
  }: {
    readonly after: BlockId | undefined
    readonly context: CallContext
    readonly calls: Pick<NodeCalls, 'by'>
    readonly method: string
  },
): Promise<string> {
  const missed = after === undefined ? [] : await feed.since(after, calls.by(context.caller))
  return context.subscribe(
    (notify) => {
      const send = (block: L2BlockRef) => notify(l2RefToJson(block), sequenceOf(block))
      return feed.subscribe(send, { missed, after })
    },
    { method },
  )
}
