import type { FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import { type L1Block, sizeOfL1Block } from '#protocol/block/l1-block.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { backoffMs } from '#runtime/backoff.ts'

/** L1 blocks that are asked for at a time. */
export const maxFetches = 4

/** Bytes of L1 blocks that wait to be read or are on their way, at most; a single block may be larger. */
export const maxWaitingBytes = 16 * 1024 * 1024

/** L1 blocks that wait to be read, at most. */
export const maxWaitingBlocks = 64

/** An answer that was no help is asked for again after this, and twice this, … */
const refetchBackoff = { firstMs: 250, longestMs: 2_000 }

/** An L1 block to ask for. */
export interface L1Ask {
  /** Names the question, so that an answer to one that was given up is not taken. */
  readonly id: number
  readonly number: bigint
  /** The block it has to be the child of, where that is known. */
  readonly parentHash: Hash | undefined
  readonly batcher: Address
}

/** What an answer means. */
export type L1Answer =
  /** The block is there, or will be asked for again. */
  | 'taken'
  /** The block that is read is not canonical any more. */
  | 'reorged'

/** When to ask, and for how much. */
export interface L1Limit {
  /** The newest L1 block that may be read. */
  readonly newest: bigint
  readonly nowMs: number
}

interface Waiting {
  readonly block: L1Block
  readonly bytes: number
}

/**
 * The L1 blocks after the one that is read: asked for ahead of time, a few at once, within bounds of memory.
 */
export class L1Window {
  readonly #waiting = new Map<bigint, Waiting>()
  readonly #asked = new Map<bigint, L1Ask>()
  #asks = 0
  #at: BlockId
  #batcher: Address
  /** Of the last block that came: what one on its way will likely have. */
  #expectedBytes = 0
  #failures = 0
  #notBeforeMs = 0
  #problem: string | undefined

  /** @param at the L1 block that is read */
  constructor(at: BlockId, batcher: Address) {
    this.#at = at
    this.#batcher = batcher
  }

  /** Why the last answer was no help; undefined if it was. */
  get problem(): string | undefined {
    return this.#problem
  }

  get bytes(): number {
    let bytes = 0
    for (const waiting of this.#waiting.values()) bytes += waiting.bytes
    return bytes
  }

  /** The child of the block that is read, if it is there. It stays until `advance`. */
  peek(): L1Block | undefined {
    const next = this.#at.number + 1n
    const block = this.#waiting.get(next)?.block
    if (block === undefined || block.parentHash === this.#at.hash) return block
    // It may be from before a reorg or after it. Asked for again as a child of the block that is read, L1 says which.
    this.#forget()
    return undefined
  }

  /** The next block is the one that is read. */
  advance({ hash, number }: BlockId): void {
    this.#waiting.delete(number)
    this.#at = { hash, number }
  }

  /** Whose transactions are read from now on: blocks are fetched with those of one batcher. */
  useBatcher(batcher: Address): void {
    if (this.#batcher === batcher) return
    this.#batcher = batcher
    this.#forget()
  }

  /** The block lacks blobs that it should have come with. */
  refuse({ nowMs }: Pick<L1Limit, 'nowMs'>): void {
    this.#forget()
    this.#fail(nowMs, 'it came without all blobs of the batcher')
  }

  /** What to ask for now. */
  due({ newest, nowMs }: L1Limit): readonly L1Ask[] {
    const asks: L1Ask[] = []
    if (nowMs < this.#notBeforeMs) return asks
    let number = this.#at.number + 1n
    for (; number <= newest && this.#hasRoom(); number++) {
      if (this.#waiting.has(number) || this.#asked.has(number)) continue
      const isNext = number === this.#at.number + 1n
      const parentHash = isNext ? this.#at.hash : undefined
      const ask = { id: ++this.#asks, number, parentHash, batcher: this.#batcher }
      this.#asked.set(number, ask)
      asks.push(ask)
    }
    return asks
  }

  /** Takes an answer. */
  answered(
    ask: L1Ask,
    response: FetchL1BlockResponse,
    { nowMs }: Pick<L1Limit, 'nowMs'>,
  ): L1Answer {
    if (!this.#isAwaited(ask)) return 'taken'
    if (response.kind === 'not-found') return this.#fail(nowMs, 'L1 does not have it')
    const { parentHash } = response.kind === 'block' ? response.block : { parentHash: undefined }
    if (ask.parentHash !== undefined && parentHash !== ask.parentHash) return 'reorged'
    if (response.kind === 'reorged') return this.#fail(nowMs, 'L1 was reorganised meanwhile')
    return this.#take(ask, response.block, nowMs)
  }

  /** Takes note that a call failed. */
  failed(ask: L1Ask, { message }: Error, { nowMs }: Pick<L1Limit, 'nowMs'>): void {
    if (this.#isAwaited(ask)) this.#fail(nowMs, message)
  }

  #isAwaited({ id, number }: L1Ask): boolean {
    return this.#asked.get(number)?.id === id && this.#asked.delete(number)
  }

  #take(ask: L1Ask, block: L1Block, nowMs: number): 'taken' {
    if (block.number !== ask.number) return this.#fail(nowMs, `it came as ${block.number}`)
    const bytes = sizeOfL1Block(block)
    this.#waiting.set(block.number, { block, bytes })
    this.#expectedBytes = bytes
    this.#failures = 0
    this.#problem = undefined
    return 'taken'
  }

  #fail(nowMs: number, problem: string): 'taken' {
    this.#problem = problem
    this.#notBeforeMs = nowMs + backoffMs(refetchBackoff, this.#failures)
    this.#failures++
    return 'taken'
  }

  /** Answers to what was asked are not for us any more. */
  #forget(): void {
    this.#waiting.clear()
    this.#asked.clear()
  }

  #hasRoom(): boolean {
    const asked = this.#asked.size
    if (asked === 0 && this.#waiting.size === 0) return true
    if (asked >= maxFetches || asked + this.#waiting.size >= maxWaitingBlocks) return false
    return this.bytes + (asked + 1) * this.#expectedBytes <= maxWaitingBytes
  }
}
