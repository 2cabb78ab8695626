import * as z from 'zod'
import { hashJson, quantityJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import type { LiveWorld } from '#devnet/live/start-live.ts'
import { sleep, systemClock } from '#runtime/clock.ts'
import type { DevnetSender } from './devnet-sender.ts'

/** Heads that are watched: of the sequencer, and `follower`, the unsafe head of the second node. */
export const watchedHeads = ['unsafe', 'follower', 'safe', 'finalized'] as const

/** A head that is watched. */
export type WatchedHead = (typeof watchedHeads)[number]

/** A transaction in a block. */
interface Included {
  readonly block: number
  readonly sentMs: number
}

const pollMs = 10

const blockJson = z.looseObject({
  number: quantityJson,
  timestamp: quantityJson,
  transactions: z.array(hashJson),
})

/** Records when the heads of a devnet reach each block, and which transactions the blocks have. */
export class BlockWatch {
  /** Rejects if the execution client does not answer. */
  readonly failed: Promise<never>
  readonly #world: LiveWorld
  readonly #client: JsonRpcClient
  readonly #sender: DevnetSender
  readonly #stopping = new AbortController()
  readonly #running: Promise<unknown>
  /** When a head reached each block, by `performance.now()`. */
  readonly #reached: Readonly<Record<WatchedHead, Map<number, number>>> = {
    unsafe: new Map(),
    follower: new Map(),
    safe: new Map(),
    finalized: new Map(),
  }
  readonly #last: Record<WatchedHead, number>
  /** Transactions of the sender in blocks. */
  readonly included: Included[] = []
  /** Number of the block whose transactions are read next. */
  #nextBlock: number

  constructor(world: LiveWorld, sender: DevnetSender) {
    const [client] = world.clients
    if (client === undefined) throw new RangeError('a devnet without nodes')
    this.#world = world
    this.#client = client
    this.#sender = sender
    this.#last = this.#heads()
    this.#nextBlock = this.#last.unsafe + 1
    this.#running = Promise.all([this.#watchHeads(), this.#readBlocks()])
    this.failed = this.#running.then(() => new Promise<never>(() => undefined))
    // eslint-disable-next-line atoll/use-rejection -- the caller handles the rejection through `failed`
    this.failed.catch(() => undefined)
  }

  /** Number of the newest block that a head has reached. */
  head(which: WatchedHead): number {
    return this.#last[which]
  }

  /** From when a transaction was sent until a head had its block, in milliseconds. */
  delays(which: WatchedHead, transactions: readonly Included[]): readonly number[] {
    return transactions.flatMap(({ block, sentMs }) => {
      const reachedMs = this.#reached[which].get(block)
      return reachedMs === undefined ? [] : [reachedMs - sentMs]
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  #heads(): Record<WatchedHead, number> {
    const [sequencer, follower] = this.#world.nodes.map((node) => node.view().chain)
    return {
      unsafe: Number(sequencer?.unsafe.number ?? 0n),
      follower: Number(follower?.unsafe.number ?? 0n),
      safe: Number(sequencer?.safe.number ?? 0n),
      finalized: Number(sequencer?.finalized.number ?? 0n),
    }
  }

  async #watchHeads(): Promise<void> {
    while (await sleep(systemClock, pollMs, this.#stopping.signal)) {
      const [heads, nowMs] = [this.#heads(), performance.now()]
      for (const which of watchedHeads)
        while (this.#last[which] < heads[which])
          this.#reached[which].set(++this.#last[which], nowMs)
    }
  }

  async #readBlocks(): Promise<void> {
    while (await sleep(systemClock, pollMs, this.#stopping.signal))
      while (this.#nextBlock <= this.#last.unsafe) {
        const params = [toQuantity(this.#nextBlock), false]
        const json = await this.#client.call('eth_getBlockByNumber', params)
        for (const hash of parseJson(blockJson, json, 'block').transactions) {
          const sentMs = this.#sender.included(hash)
          if (sentMs !== undefined) this.included.push({ block: this.#nextBlock, sentMs })
        }
        this.#nextBlock++
      }
  }
}
