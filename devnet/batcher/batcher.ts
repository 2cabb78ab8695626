import type { BlockId } from '#protocol/block/refs.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { l2BlockRefOf } from '#protocol/derivation/l2-block.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { ChannelId, Hash } from '#protocol/primitives.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import { type BatcherData, type ChannelForm, makeChannel } from './make-channel.ts'

/** The heads of the rollup node that makes the blocks. */
export interface RollupHeads {
  readonly unsafe: BlockId
  readonly safe: BlockId
}

/** A block of L1. */
export interface L1Head {
  readonly number: bigint
  /** Unix seconds. */
  readonly timestamp: bigint
}

/** A transaction that was sent to L1. */
export interface SentTransaction {
  readonly hash: Hash
  readonly nonce: number
  /** Number of transactions with the same data before. */
  readonly attempt: number
}

/** What the batcher needs from its host. Each call may throw a fault; the batcher then tries again. */
export interface BatcherPorts {
  /** Undefined while the rollup node has no heads yet. */
  readonly heads: () => Promise<RollupHeads | undefined>
  readonly l1Head: () => Promise<L1Head>
  /** The canonical L2 block with a number; undefined if the execution client does not have it. */
  readonly block: (number: bigint) => Promise<Payload | undefined>
  /**
   * Sends data to the batch inbox on L1.
   *
   * @param earlier the transaction that carried the data before, and is not in a block; the new one replaces it
   */
  readonly send: (data: BatcherData, earlier?: SentTransaction) => Promise<SentTransaction>
  /** The number of the canonical L1 block that has a transaction; undefined if none has it. */
  readonly included: (transaction: Hash) => Promise<bigint | undefined>
  readonly newChannelId: () => ChannelId
  readonly report: (what: string) => void
  readonly clock: Clock
}

/** Settings of the batcher. */
export interface BatcherOptions {
  readonly config: RollupConfig
  readonly form: ChannelForm
  readonly pollMs: number
  /** A channel is closed this many L1 blocks after its first block was loaded. */
  readonly channelBlocks: bigint
  /** A channel is closed when its blocks have this many bytes of transactions, before compression. */
  readonly channelBytes: number
  /** A channel is closed this many L1 blocks before the sequencing window of its first block ends. */
  readonly windowMargin: bigint
  /** Number of L1 blocks after which a transaction is sent again, and an included channel that is not safe is posted again. */
  readonly patience: bigint
}

/** A transaction of the open channel. */
interface Posted {
  readonly data: BatcherData
  readonly sent: SentTransaction
  /** Number of the newest L1 block when it was sent. */
  readonly sentAt: bigint
}

/** A channel whose transactions were sent. */
interface Channel {
  /** The last block of the channel. */
  readonly last: BlockId
  readonly transactions: readonly Posted[]
}

/** What a batcher posted since its start. */
export interface PostedCounts {
  readonly channels: number
  readonly transactions: number
  /** Number of the last block of the last channel. */
  readonly last: bigint | undefined
}

/** Limit on the blocks that one poll loads. */
const maxLoaded = 200

/** Posts the unsafe blocks of a rollup node to L1. Blocks that do not become safe are posted again. */
export class Batcher {
  readonly #ports: BatcherPorts
  readonly #options: BatcherOptions
  /** Loaded blocks that are in no channel yet, without gaps. */
  #blocks: Payload[] = []
  /** Bytes of the transactions in these blocks. */
  #bytes = 0
  /** Number of the newest L1 block when the first of them was loaded. */
  #loadedAt = 0n
  /** The last block that was loaded. */
  #last: BlockId | undefined
  /** The channel whose transactions are not all in L1 blocks. */
  #channel: Channel | undefined
  /** Channels in L1 whose last block is not safe yet, with the L1 block after which they are posted again. */
  #unsafe: { readonly last: BlockId; readonly until: bigint }[] = []
  #posted: PostedCounts = { channels: 0, transactions: 0, last: undefined }

  constructor(ports: BatcherPorts, options: BatcherOptions) {
    this.#ports = ports
    this.#options = options
  }

  get posted(): PostedCounts {
    return this.#posted
  }

  /** Posts blocks until the signal is aborted. Faults of the host are reported, and the next poll tries again. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, report } = this.#ports
    let problem: string | undefined
    while (!signal.aborted) {
      try {
        await this.poll()
        problem = undefined
      } catch (error) {
        if (!isFault(error) && !(error instanceof JsonRpcError)) throw error
        if (error.message !== problem && !signal.aborted)
          report(`the batcher tries again: ${error.message}`)
        problem = error.message
      }
      await sleep(clock, this.#options.pollMs, signal)
    }
  }

  /** Loads new blocks, and sends what is due. */
  async poll(): Promise<void> {
    const l1 = await this.#ports.l1Head()
    const heads = await this.#ports.heads()
    if (heads === undefined) return
    await this.#follow(heads, l1)
    await this.#load(heads, l1)
    if (this.#channel !== undefined) await this.#watch(this.#channel, l1)
    if (this.#channel === undefined && this.#isDue(l1)) await this.#post(l1)
  }

  /** Drops what is safe. Begins again at the safe head if the loaded blocks are not canonical, or do not become safe. */
  async #follow({ safe, unsafe }: RollupHeads, l1: L1Head): Promise<void> {
    const last = this.#last
    this.#unsafe = this.#unsafe.filter((channel) => channel.last.number > safe.number)
    if (last === undefined) return this.#restart(safe, l1, undefined)
    if (last.number < safe.number) return this.#restart(safe, l1, 'the safe head is above it')
    const late = this.#unsafe.find(({ until }) => l1.number > until)
    if (late !== undefined) {
      const why = `block ${late.last.number} is in L1 and did not become safe`
      return this.#restart(safe, l1, why)
    }
    const canonical = last.number > unsafe.number ? undefined : await this.#ports.block(last.number)
    if (canonical?.blockHash !== last.hash)
      return this.#restart(safe, l1, `block ${last.number} is not canonical any more`)
  }

  #restart(safe: BlockId, l1: L1Head, why: string | undefined): void {
    if (why !== undefined)
      this.#ports.report(`the batcher begins again after the safe block ${safe.number}: ${why}`)
    this.#blocks = []
    this.#bytes = 0
    this.#loadedAt = l1.number
    this.#last = safe
    this.#channel = undefined
    this.#unsafe = []
  }

  async #load({ unsafe }: RollupHeads, l1: L1Head): Promise<void> {
    for (let loaded = 0; loaded < maxLoaded; loaded++) {
      const last = this.#last
      if (last === undefined || last.number >= unsafe.number || this.#isFull()) return
      const block = await this.#ports.block(last.number + 1n)
      // The next poll sees that the chain changed.
      if (block === undefined || block.parentHash !== last.hash) return
      if (this.#blocks.length === 0) this.#loadedAt = l1.number
      this.#blocks.push(block)
      for (const { length } of block.transactions) this.#bytes += length
      this.#last = { number: block.number, hash: block.blockHash }
    }
  }

  #isFull(): boolean {
    return this.#bytes >= this.#options.channelBytes
  }

  #isDue({ number }: L1Head): boolean {
    const [first] = this.#blocks
    if (first === undefined) return false
    const { channelBlocks, config, windowMargin } = this.#options
    const windowEnd = l2BlockRefOf(config, first).l1Origin.number + config.sequencingWindow
    const closesAt = [this.#loadedAt + channelBlocks, windowEnd - windowMargin]
    return this.#isFull() || closesAt.some((at) => number >= at)
  }

  async #post(l1: L1Head): Promise<void> {
    const { config, form } = this.#options
    const last = this.#last
    if (last === undefined) return
    const channelId = this.#ports.newChannelId()
    const options = { config, form, channelId, l1Timestamp: l1.timestamp }
    const transactions: Posted[] = []
    for (const data of makeChannel(this.#blocks, options))
      transactions.push({ data, sent: await this.#ports.send(data), sentAt: l1.number })
    this.#channel = { last, transactions }
    this.#posted = {
      channels: this.#posted.channels + 1,
      transactions: this.#posted.transactions + transactions.length,
      last: last.number,
    }
    this.#blocks = []
    this.#bytes = 0
  }

  /** Sends the transactions again that L1 does not include. A channel is complete when all of them are included. */
  async #watch({ last, transactions }: Channel, l1: L1Head): Promise<void> {
    const { patience } = this.#options
    const missing: Posted[] = []
    for (const posted of transactions) {
      const { data, sent, sentAt } = posted
      if ((await this.#ports.included(sent.hash)) !== undefined) continue
      const isLate = l1.number > sentAt + patience
      missing.push(
        isLate ? { data, sent: await this.#ports.send(data, sent), sentAt: l1.number } : posted,
      )
    }
    this.#channel = missing.length === 0 ? undefined : { last, transactions: missing }
    if (missing.length === 0) this.#unsafe.push({ last, until: l1.number + patience })
  }
}
