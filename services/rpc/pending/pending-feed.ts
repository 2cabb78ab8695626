import type { Logger } from 'pino'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { isFault } from '#runtime/fault.ts'
import type { LogFilter } from './log-filter.ts'
import type { PrefixNews } from './pending-state.ts'
import type { FullBlockJson, PrefixReader, ReceiptJson } from './prefix-reader.ts'

/** Limit on the prefixes that wait to be announced. If the execution client is slower, the oldest are dropped. */
export const maxWaitingNews = 32

/** What a client is subscribed to. */
export type PendingSubscription =
  /** The whole pending block, at each flashblock. */
  | { readonly kind: 'blocks' }
  /** The logs of new transactions that match a filter. */
  | { readonly kind: 'logs'; readonly filter: LogFilter }
  /** The hashes of new transactions. */
  | { readonly kind: 'hashes' }
  /** New transactions, each with its logs. */
  | { readonly kind: 'transactions' }

/** Receives a notification. */
type Notify = (result: unknown) => void

/** Dependencies of the feed. */
export interface PendingFeedOptions {
  readonly reader: Pick<PrefixReader, 'block' | 'receipts'>
  readonly log: Pick<Logger, 'warn'>
  readonly onNotify: (subscribers: number) => void
}

/** Announces prefixes of unfinished blocks to subscribed clients, in order. */
export class PendingFeed {
  readonly #options: PendingFeedOptions
  readonly #subscribers = new Map<Notify, PendingSubscription>()
  #waiting: PrefixNews[] = []
  #work: Promise<void> = Promise.resolve()

  constructor(options: PendingFeedOptions) {
    this.#options = options
  }

  /** Number of subscribed clients. */
  get size(): number {
    return this.#subscribers.size
  }

  /** Subscribes a client to all later flashblocks. Returns a function that ends the subscription. */
  subscribe(subscription: PendingSubscription, notify: Notify): () => void {
    this.#subscribers.set(notify, subscription)
    return () => this.#subscribers.delete(notify)
  }

  /** Announces prefixes, after all that were announced before. Resolves when the subscribers are notified. */
  announce(news: readonly PrefixNews[]): Promise<void> {
    if (this.#subscribers.size === 0) return this.#work
    this.#waiting.push(...news)
    const dropped = this.#waiting.length - maxWaitingNews
    if (dropped > 0) {
      this.#waiting = this.#waiting.slice(dropped)
      this.#options.log.warn({ dropped }, 'flashblocks were not announced: the client is too slow')
    }
    this.#work = this.#work.then(() => this.#announceNext())
    return this.#work
  }

  async #announceNext(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
      try {
        await this.#announceOne(next)
      } catch (error) {
        if (!isFault(error) && !(error instanceof JsonRpcError)) throw error
        this.#options.log.warn({ error }, 'a flashblock was not announced')
      }
  }

  async #announceOne({ prefix, from }: PrefixNews): Promise<void> {
    const { onNotify, reader } = this.#options
    const wants = (...kinds: readonly PendingSubscription['kind'][]) =>
      [...this.#subscribers.values()].some(({ kind }) => kinds.includes(kind))
    const block = wants('blocks', 'transactions') ? await reader.block(prefix.hash) : undefined
    const receipts = wants('logs', 'transactions') ? await reader.receipts(prefix.hash) : undefined
    const parts: Parts = { block, receipts, from, hashes: prefix.transactions.slice(from) }
    for (const [notify, subscription] of this.#subscribers)
      for (const result of resultsOf(subscription, parts)) notify(result)
    onNotify(this.#subscribers.size)
  }
}

/** A prefix, as far as subscribers need it. */
interface Parts {
  readonly block: FullBlockJson | undefined
  readonly receipts: readonly ReceiptJson[] | undefined
  /** Position of the first new transaction. */
  readonly from: number
  /** Hashes of the new transactions. */
  readonly hashes: readonly string[]
}

function resultsOf(
  subscription: PendingSubscription,
  { block, from, hashes, receipts }: Parts,
): readonly unknown[] {
  switch (subscription.kind) {
    case 'blocks':
      return block === undefined ? [] : [block]
    case 'hashes':
      return hashes
    case 'logs':
      return (receipts ?? []).slice(from).flatMap(({ logs }) => logs.filter(subscription.filter))
    case 'transactions':
      return (block?.transactions ?? []).slice(from).map((transaction, at) => {
        return { ...transaction, logs: receipts?.[from + at]?.logs ?? [] }
      })
  }
}
