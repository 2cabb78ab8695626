import type { Logger } from 'pino'
import * as z from 'zod'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { isFault } from '#runtime/fault.ts'
import type { HeadFeed } from '#services/rpc/heads/head-feed.ts'
import type { LogFilter } from '#services/rpc/pending/log-filter.ts'
import { type LogJson, logJson } from '#services/rpc/pending/prefix-reader.ts'

/** Limit on the blocks whose logs are kept, so that subscribers get them again when a reorg removes the block. */
export const maxKeptBlocks = 64

/** Limit on the blocks that wait to be announced. If the execution client is slower, the oldest are dropped. */
export const maxWaitingBlocks = 64

/** What a client is subscribed to: the headers of new blocks, or their logs that match a filter. */
export type ChainSubscription =
  { readonly kind: 'heads' } | { readonly kind: 'logs'; readonly filter: LogFilter }

/** Receives a notification. */
type Notify = (result: unknown) => void

/** Dependencies of the feed. */
export interface ChainFeedOptions {
  /** The unsafe heads, block by block. */
  readonly heads: Pick<HeadFeed, 'subscribe'>
  readonly rpc: Pick<JsonRpcClient, 'call'>
  readonly log: Pick<Logger, 'warn'>
}

const blockJson = z.looseObject({ hash: z.string() })

/** Fields of a block that are not part of its header. */
const bodyFields: readonly string[] = [
  'size',
  'totalDifficulty',
  'transactions',
  'uncles',
  'withdrawals',
]

/** Announces the blocks of the canonical chain to subscribed clients, as the execution client has them. */
export class ChainFeed {
  readonly #options: ChainFeedOptions
  readonly #subscribers = new Map<Notify, ChainSubscription>()
  /** The logs of the last blocks, by block number. */
  readonly #kept = new Map<bigint, readonly LogJson[]>()
  #waiting: L2BlockRef[] = []
  #work: Promise<void> = Promise.resolve()
  #stop: (() => void) | undefined

  constructor(options: ChainFeedOptions) {
    this.#options = options
  }

  /** Number of subscribed clients. */
  get size(): number {
    return this.#subscribers.size
  }

  /** Subscribes a client to later blocks. Returns a function that ends the subscription. */
  subscribe(subscription: ChainSubscription, notify: Notify): () => void {
    this.#subscribers.set(notify, subscription)
    this.#stop ??= this.#options.heads.subscribe((block) => this.#take(block), { missed: [] })
    return () => {
      this.#subscribers.delete(notify)
      if (this.size > 0) return
      this.#stop?.()
      this.#stop = undefined
      this.#kept.clear()
    }
  }

  #take(block: L2BlockRef): void {
    this.#waiting.push(block)
    if (this.#waiting.length > maxWaitingBlocks) {
      this.#waiting.shift()
      this.#options.log.warn({}, 'a block was not announced: the execution client is too slow')
    }
    this.#work = this.#work.then(() => this.#announceNext())
  }

  async #announceNext(): Promise<void> {
    const block = this.#waiting.shift()
    if (block === undefined) return
    try {
      await this.#announce(block)
    } catch (error) {
      if (!isFault(error) && !(error instanceof JsonRpcError)) throw error
      this.#options.log.warn({ error }, 'a block was not announced')
    }
  }

  async #announce({ hash, number }: L2BlockRef): Promise<void> {
    const { rpc } = this.#options
    const kinds = [...this.#subscribers.values()].map(({ kind }) => kind)
    if (kinds.includes('heads')) {
      const { data } = blockJson.safeParse(await rpc.call('eth_getBlockByHash', [hash, false]))
      if (data !== undefined) this.#notifyHeads(headerOf(data))
    }
    if (!kinds.includes('logs')) {
      this.#kept.clear()
      return
    }
    const answer = await rpc.call('eth_getLogs', [{ blockHash: hash }])
    this.#removeFrom(number)
    const logs = z.array(logJson).safeParse(answer).data ?? []
    this.#keep(number, logs)
    this.#notifyLogs(logs)
  }

  #notifyHeads(header: object): void {
    for (const [notify, { kind }] of this.#subscribers) if (kind === 'heads') notify(header)
  }

  #notifyLogs(logs: readonly LogJson[]): void {
    for (const [notify, subscription] of this.#subscribers)
      if (subscription.kind === 'logs')
        for (const log of logs.filter(subscription.filter)) notify(log)
  }

  /** Sends the logs of blocks that a reorg has removed, newest first. */
  #removeFrom(number: bigint): void {
    const removed = [...this.#kept.keys()].filter((kept) => kept >= number)
    for (const each of removed.toSorted((a, b) => (a > b ? -1 : 1))) {
      const logs = this.#kept.get(each)?.map((log) => ({ ...log, removed: true })) ?? []
      this.#kept.delete(each)
      this.#notifyLogs(logs.toReversed())
    }
  }

  #keep(number: bigint, logs: readonly LogJson[]): void {
    this.#kept.set(number, logs)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > maxKeptBlocks && oldest !== undefined) this.#kept.delete(oldest)
  }
}

function headerOf(block: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(block).filter(([name]) => !bodyFields.includes(name)))
}
