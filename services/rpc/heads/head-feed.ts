import type { Logger } from 'pino'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { Clock } from '#runtime/clock.ts'
import { toError } from '#runtime/fault.ts'
import { serverError } from '#services/rpc/methods/server-error.ts'
import type { NodeCalls } from '#services/rpc/blocks/node-calls.ts'

/** Limit on missed blocks that are fetched and sent to clients. */
export const maxMissedBlocks = 1_000

/** Longest wait for a head that a client has seen at another replica. States reach all replicas within this time. */
export const replicaDelayMs = 1_000

/** What a feed needs. */
export interface FeedOptions {
  readonly clock: Clock
  /** Whether clients also get the blocks between two heads. */
  readonly hasEachBlock: boolean
  readonly calls: Pick<NodeCalls, 'l2Block'>
  readonly log: Pick<Logger, 'warn'>
  /** Called for each notification, with the number of clients that get it. */
  readonly onNotify: (subscribers: number) => void
}

/** Called with each block of a feed. */
export type Subscriber = (block: L2BlockRef) => void

/**
 * Sends the blocks that become the head to subscribed clients, one after another. When the head jumps or is
 * reorganised, a feed with `hasEachBlock` fetches the blocks from the new head down to a block that clients have seen.
 */
export class HeadFeed {
  readonly #options: FeedOptions
  readonly #subscribers = new Set<Subscriber>()
  /** The last blocks that clients have seen, by number. */
  readonly #seen = new Map<bigint, L2BlockRef>()
  /** Called at the next head. */
  readonly #waiting = new Set<() => void>()
  #head: L2BlockRef | undefined
  /** Work is done in order, so that no client misses a block or gets a block twice. */
  #work: Promise<void> = Promise.resolve()

  constructor(options: FeedOptions) {
    this.#options = options
  }

  /** Number of subscribed clients. */
  get size(): number {
    return this.#subscribers.size
  }

  /** Notifies clients of a new head. Resolves when they are notified. */
  announce(block: L2BlockRef): Promise<void> {
    return this.#do(async () => {
      this.#head = block
      for (const wake of this.#waiting) wake()
      const isSeen = (id: BlockId) => this.#seen.get(id.number)?.hash === id.hash
      const [oldest = block.number] = this.#seen.keys()
      const path = this.size === 0 ? [block] : await this.#pathTo(block, isSeen, { lowest: oldest })
      // If too many blocks are missing, only the head is sent. Clients detect the jump by its number.
      const blocks = path ?? [block]
      for (const each of blocks) this.#note(each)
      this.#notify(blocks, [...this.#subscribers])
    })
  }

  /**
   * The blocks that a client has missed. If the client has seen a higher head, at another replica, waits for that head
   * for up to `replicaDelayMs`.
   *
   * @param after the last block that the client has seen
   * @param calls for fetching the missed blocks
   * @throws JsonRpcError if the block `after` is not on the chain, or is too far below the head
   */
  async since(after: BlockId, calls = this.#options.calls): Promise<readonly L2BlockRef[]> {
    await this.#untilHead(after.number)
    return this.#above(after, calls)
  }

  async #above(after: BlockId, calls: FeedOptions['calls']): Promise<readonly L2BlockRef[]> {
    const head = this.#head
    if (head === undefined) throw serverError('the head is not known yet; try again')
    if (head.hash === after.hash) return []
    if (!this.#options.hasEachBlock) return [head]
    const missed = head.number - after.number
    if (missed > BigInt(maxMissedBlocks))
      throw serverError(
        `block ${after.number} is ${missed} blocks below the head, but at most ${maxMissedBlocks} can be sent again`,
      )
    const isAfter = (id: BlockId) => id.hash === after.hash && id.number === after.number
    const blocks = await this.#pathTo(head, isAfter, { lowest: after.number, calls })
    if (blocks !== undefined) return blocks
    throw serverError(
      `block ${after.hash}:${after.number} is not on the chain; continue after an earlier block`,
    )
  }

  /** Waits until the head has this number, for up to `replicaDelayMs`. */
  async #untilHead(number: bigint): Promise<void> {
    const { clock } = this.#options
    const isThere = () => this.#head === undefined || this.#head.number >= number
    if (isThere()) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = () => {
      if (isThere()) resolve()
    }
    this.#waiting.add(wake)
    const stopTimer = clock.after(replicaDelayMs, resolve)
    await promise
    stopTimer()
    this.#waiting.delete(wake)
  }

  /**
   * Subscribes a client. Returns a function that ends the subscription.
   *
   * @param missed the missed blocks that `since` returned; the client gets these blocks first
   * @param after the last block that the client had seen before the missed blocks
   */
  subscribe(
    subscriber: Subscriber,
    {
      missed,
      after,
    }: { readonly missed: readonly L2BlockRef[]; readonly after?: BlockId | undefined },
  ): () => void {
    let isEnded = false
    void this.#do(async () => {
      if (isEnded) return
      this.#notify(missed, [subscriber])
      // Heads may have been announced since `missed` was fetched.
      const last = missed.at(-1) ?? after
      if (last !== undefined) this.#notify(await this.#sinceOrHead(last), [subscriber])
      this.#subscribers.add(subscriber)
    })
    return () => {
      isEnded = true
      this.#subscribers.delete(subscriber)
    }
  }

  async #sinceOrHead(after: BlockId): Promise<readonly L2BlockRef[]> {
    try {
      return await this.#above(after, this.#options.calls)
    } catch (error) {
      // The chain was reorganised meanwhile. The client detects this by the parent hash of the head.
      if (error instanceof JsonRpcError) return this.#head === undefined ? [] : [this.#head]
      throw error
    }
  }

  /**
   * The blocks above the nearest known ancestor of a head, up to the head. Undefined if no ancestor is known down to
   * the number `lowest`, or within `maxMissedBlocks`.
   */
  async #pathTo(
    head: L2BlockRef,
    isKnown: (id: BlockId) => boolean,
    { lowest, calls = this.#options.calls }: { lowest: bigint; calls?: FeedOptions['calls'] },
  ): Promise<readonly L2BlockRef[] | undefined> {
    const path = [head]
    if (!this.#options.hasEachBlock) return path
    for (let block = head; path.length <= maxMissedBlocks; path.push(block)) {
      const parent = { number: block.number - 1n, hash: block.parentHash }
      if (isKnown(parent)) return path.toReversed()
      if (parent.number <= lowest) return undefined
      const seen = this.#seen.get(parent.number)
      if (seen?.hash === parent.hash) {
        block = seen
        continue
      }
      const answer = await calls.l2Block({
        block: { kind: 'hash', hash: parent.hash },
        part: 'ref',
      })
      if (answer.kind === 'not-found') return undefined
      block = answer.ref
    }
    return undefined
  }

  #notify(blocks: readonly L2BlockRef[], subscribers: readonly Subscriber[]): void {
    if (subscribers.length === 0) return
    for (const block of blocks) {
      for (const subscriber of subscribers) subscriber(block)
      this.#options.onNotify(subscribers.length)
    }
  }

  #note(block: L2BlockRef): void {
    this.#seen.delete(block.number)
    this.#seen.set(block.number, block)
    const [oldest] = this.#seen.keys()
    if (this.#seen.size > maxMissedBlocks && oldest !== undefined) this.#seen.delete(oldest)
  }

  #do(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      // The missing blocks are sent with the next head.
      this.#options.log.warn({ error: toError(error) }, 'blocks of a head were not announced')
    })
    return this.#work
  }
}
