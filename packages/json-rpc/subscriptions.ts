import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { toError } from '#runtime/fault.ts'
import { errorCodes, JsonRpcError } from './json-rpc-answer.ts'
import type {
  CallContext,
  Method,
  SubscriptionOptions,
  SubscriptionStart,
} from './json-rpc-dispatch.ts'

/** The subscriptions of one connection. */
export interface SubscriptionsOptions {
  /** Method of notifications, such as `eth_subscription`. A subscription may have its own method instead. */
  readonly notificationMethod: string
  readonly maxSubscriptions: number
  /** Sends a notification, or ends the connection. */
  readonly send: (text: string) => void
  /** Called when a subscription is refused because there are too many. */
  readonly onRefused?: () => void
  readonly log: Pick<Logger, 'error'> | undefined
}

type Subscription =
  | { readonly kind: 'made'; readonly method: string; readonly start: SubscriptionStart }
  | { readonly kind: 'started'; readonly stop: () => void }

/** Length of op-geth's ids. */
const idBytes = 16

/** op-geth's error code for an unknown id. */
const subscriptionNotFound = -32_000

/** The subscriptions of one connection. They end with the connection. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions
  readonly #byId = new Map<string, Subscription>()
  #hasEnded = false

  constructor(options: SubscriptionsOptions) {
    this.#options = options
  }

  /**
   * Creates a subscription. `start` is called when the id of the subscription has been sent.
   *
   * @throws JsonRpcError if the connection has the maximum number
   */
  make(start: SubscriptionStart, { method }: SubscriptionOptions = {}): string {
    const { maxSubscriptions, notificationMethod } = this.#options
    if (this.#byId.size >= maxSubscriptions) {
      this.#options.onRefused?.()
      const message = `too many subscriptions: ${maxSubscriptions} at most`
      throw new JsonRpcError(errorCodes.limitExceeded, message)
    }
    const id = `0x${randomBytes(idBytes).toString('hex')}`
    this.#byId.set(id, { kind: 'made', method: method ?? notificationMethod, start })
    return id
  }

  /** Starts the subscriptions with these ids, except those that have ended. */
  start(ids: readonly string[]): void {
    // A method that was still running when the connection ended may have created a subscription.
    if (this.#hasEnded) return
    for (const id of ids) {
      const subscription = this.#byId.get(id)
      if (subscription?.kind !== 'made') continue
      const { method } = subscription
      const stop = subscription.start((result, sequence) =>
        this.#notify({ method, id }, result, sequence),
      )
      // The first notification may have ended the connection.
      if (this.#byId.has(id)) this.#byId.set(id, { kind: 'started', stop })
      else this.#stop(stop)
    }
  }

  /** Ends a subscription. Returns whether the subscription existed. */
  end(id: string): boolean {
    const subscription = this.#byId.get(id)
    this.#byId.delete(id)
    if (subscription?.kind === 'started') this.#stop(subscription.stop)
    return subscription !== undefined
  }

  /** Ends all subscriptions at the end of the connection. Subscriptions that are created later do not start. */
  endAll(): void {
    this.#hasEnded = true
    for (const id of this.#byId.keys()) this.end(id)
  }

  #notify(
    { method, id }: { readonly method: string; readonly id: string },
    result: unknown,
    sequence: string | undefined,
  ): void {
    if (!this.#byId.has(id)) return
    const params = { subscription: id, result, ...(sequence !== undefined && { sequence }) }
    this.#options.send(JSON.stringify({ jsonrpc: '2.0', method, params }))
  }

  /** Stops a subscription. A failure is only logged, so that the other subscriptions are stopped, too. */
  #stop(stop: () => void): void {
    try {
      stop()
    } catch (thrown) {
      this.#options.log?.error({ error: toError(thrown) }, 'JSON-RPC subscription did not stop')
    }
  }
}

/** The method that ends a subscription, such as `eth_unsubscribe`. Returns true, or an error for an unknown id. */
export const unsubscribe: Method = ([id], context) => {
  if (typeof id !== 'string')
    throw new JsonRpcError(errorCodes.invalidParams, 'the first param must be a subscription id')
  if (!context.unsubscribe(id))
    throw new JsonRpcError(subscriptionNotFound, 'subscription not found')
  return true
}

/** The context of methods on connections without notifications. */
export const noSubscriptions: CallContext = { subscribe: refuse, unsubscribe: refuse }

function refuse(): never {
  throw new JsonRpcError(errorCodes.methodNotFound, 'notifications not supported')
}
