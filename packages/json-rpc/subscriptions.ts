import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { toError } from '#runtime/fault.ts'
import { errorCodes, JsonRpcError } from './json-rpc-answer.ts'
import type { CallContext, Method, SubscriptionStart } from './json-rpc-dispatch.ts'

/** The subscriptions of one connection. */
export interface SubscriptionsOptions {
  /** The method that a notification names, such as `eth_subscription`. */
  readonly notificationMethod: string
  readonly maxSubscriptions: number
  /** Sends a notification, or gives the connection up. */
  readonly send: (text: string) => void
  readonly log: Pick<Logger, 'error'> | undefined
}

type Subscription =
  | { readonly kind: 'made'; readonly start: SubscriptionStart }
  | { readonly kind: 'started'; readonly stop: () => void }

/** As many as in op-geth's ids. */
const idBytes = 16

/** The code that op-geth answers with to an id that is not known. */
const subscriptionNotFound = -32_000

/** What one connection has subscribed to. All of it ends with the connection. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions
  readonly #byId = new Map<string, Subscription>()
  #hasEnded = false

  constructor(options: SubscriptionsOptions) {
    this.#options = options
  }

  /**
   * Makes a subscription; `start` begins it, when the client has been told its id.
   *
   * @throws JsonRpcError if there are as many as there may be
   */
  make(start: SubscriptionStart): string {
    const { maxSubscriptions } = this.#options
    if (this.#byId.size >= maxSubscriptions) {
      const message = `too many subscriptions: ${maxSubscriptions} at most`
      throw new JsonRpcError(errorCodes.limitExceeded, message)
    }
    const id = `0x${randomBytes(idBytes).toString('hex')}`
    this.#byId.set(id, { kind: 'made', start })
    return id
  }

  /** Starts those that are still there. */
  start(ids: readonly string[]): void {
    // A method that was still running when the connection ended may have made one.
    if (this.#hasEnded) return
    for (const id of ids) {
      const subscription = this.#byId.get(id)
      if (subscription?.kind !== 'made') continue
      const stop = subscription.start((result) => this.#notify(id, result))
      // Its first notification may have been one too many for the connection.
      if (this.#byId.has(id)) this.#byId.set(id, { kind: 'started', stop })
      else this.#stop(stop)
    }
  }

  /** Ends one; whether it was there. */
  end(id: string): boolean {
    const subscription = this.#byId.get(id)
    this.#byId.delete(id)
    if (subscription?.kind === 'started') this.#stop(subscription.stop)
    return subscription !== undefined
  }

  /** Ends all, when the connection has ended; what is made later does not start. */
  endAll(): void {
    this.#hasEnded = true
    for (const id of this.#byId.keys()) this.end(id)
  }

  #notify(id: string, result: unknown): void {
    if (!this.#byId.has(id)) return
    const params = { subscription: id, result }
    this.#options.send(
      JSON.stringify({ jsonrpc: '2.0', method: this.#options.notificationMethod, params }),
    )
  }

  /** One that does not stop must not keep the others from it. */
  #stop(stop: () => void): void {
    try {
      stop()
    } catch (thrown) {
      this.#options.log?.error({ error: toError(thrown) }, 'JSON-RPC subscription did not stop')
    }
  }
}

/** The method that ends a subscription, as `eth_unsubscribe` does: true, or an error if there is none of that id. */
export const unsubscribe: Method = ([id], context) => {
  if (typeof id !== 'string')
    throw new JsonRpcError(errorCodes.invalidParams, 'the first param must be a subscription id')
  if (!context.unsubscribe(id))
    throw new JsonRpcError(subscriptionNotFound, 'subscription not found')
  return true
}

/** What a method may ask of a connection that carries answers only. */
export const noSubscriptions: CallContext = { subscribe: refuse, unsubscribe: refuse }

function refuse(): never {
  throw new JsonRpcError(errorCodes.methodNotFound, 'notifications not supported')
}
