import type { FetchL1BlockRequest } from '#messages/fetch-l1-block.ts'
import { fetchL1Block } from '#messages/subjects.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import { isOriginVisible } from '#protocol/sequencing/choose-origin.ts'
import type { Address } from '#protocol/primitives.ts'
import { sleep } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import type { Context } from '#services/sequencer/ports.ts'

/** Deadline of a request for an L1 block. */
const deadlineMs = 4_000

/**
 * How long a block waits for the next L1 block. Without it, the block keeps the L1 origin of its parent, as long as the
 * sequencer drift lets it. Source: op-node, sequencing/origin_selector.go
 */
export const nextBudgetMs = 500

/** Batcher address in requests for L1 blocks whose blobs are not needed. */
const noBatcher = `0x${'00'.repeat(20)}` as Address

/** The L1 origin of a block, and the L1 block after it, if that is visible. */
export interface OriginPair {
  readonly current: L1Block
  readonly next: L1Block | undefined
}

/**
 * The L1 blocks that may become L1 origins. The next one is fetched before it is needed, so that building does not wait
 * for L1. Source: op-node, sequencing/origin_selector.go
 */
export class Origins {
  readonly #context: Pick<Context, 'bus' | 'clock' | 'log'>
  readonly #confirmationDepth: bigint
  #l1Head: L1Heads['head'] | undefined
  #current: L1Block | undefined
  #next: L1Block | undefined
  /** The request for the next L1 block that is in progress. */
  #fetching: { readonly number: bigint; readonly done: Promise<void> } | undefined

  constructor(context: Pick<Context, 'bus' | 'clock' | 'log'>, confirmationDepth: bigint) {
    this.#context = context
    this.#confirmationDepth = confirmationDepth
  }

  /** Takes the newest head of L1. After a reorg, the next L1 block is fetched again. */
  l1Changed({ head }: Pick<L1Heads, 'head'>): void {
    const before = this.#l1Head
    const isChild =
      head.number > (before?.number ?? 0n) && (before === undefined || follows(before, head))
    if (!isChild) this.#next = undefined
    this.#l1Head = head
  }

  /**
   * The L1 origin of a block and the L1 block after it.
   *
   * @param isFresh whether the next L1 block is fetched even if it is known
   * @returns undefined if the L1 origin is not known to L1 any more
   * @throws Fault of the call for the L1 origin; a failed call for the next L1 block leaves it out
   */
  async load(
    origin: BlockId,
    { isFresh }: { readonly isFresh: boolean },
  ): Promise<OriginPair | undefined> {
    const current = await this.#loadCurrent(origin)
    if (current === undefined) return undefined
    const number = origin.number + 1n
    if (this.#next?.number !== number || isFresh) this.#next = undefined
    if (this.#next === undefined && this.#isVisible(number)) await this.#fetchNext(number)
    return { current, next: this.#next?.number === number ? this.#next : undefined }
  }

  async #loadCurrent({ hash }: BlockId): Promise<L1Block | undefined> {
    if (this.#current?.hash === hash) return this.#current
    const known = this.#next?.hash === hash ? this.#next : undefined
    this.#current = known ?? (await this.#fetch({ kind: 'hash', hash }))
    return this.#current
  }

  #isVisible(number: bigint): boolean {
    const l1Head = this.#l1Head
    const confirmationDepth = this.#confirmationDepth
    // The head of L1 is known within a second of the start. Until then, only the current L1 origin is used.
    if (l1Head === undefined || number > l1Head.number) return false
    return isOriginVisible({ number, l1Head, confirmationDepth })
  }

  /** Fetches the next L1 block, and waits for it within the budget. A slow request goes on for the next block. */
  async #fetchNext(number: bigint): Promise<void> {
    const { clock } = this.#context
    if (this.#fetching?.number !== number) this.#fetching = { number, done: this.#keepNext(number) }
    const late = new AbortController()
    await Promise.race([this.#fetching.done, sleep(clock, nextBudgetMs, late.signal)])
    late.abort()
  }

  async #keepNext(number: bigint): Promise<void> {
    try {
      const block = await this.#fetch({ kind: 'number', number })
      if (this.#fetching?.number === number) this.#next = block
    } catch (error) {
      if (!isFault(error)) throw error
      this.#context.log.debug({ error }, 'the next L1 origin was not fetched')
    } finally {
      if (this.#fetching?.number === number) this.#fetching = undefined
    }
  }

  async #fetch(block: FetchL1BlockRequest['block']): Promise<L1Block | undefined> {
    const request = { block, parentHash: undefined, batcherAddress: noBatcher }
    const found = await this.#context.bus.call(fetchL1Block, request, { deadlineMs })
    return found.kind === 'block' ? found.block : undefined
  }
}

/** Whether a head can follow another without a reorg. Heads in between may have been missed. */
function follows(before: L1Heads['head'], head: L1Heads['head']): boolean {
  return head.number > before.number + 1n || head.parentHash === before.hash
}
