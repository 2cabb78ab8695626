import type { FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import { type L1Block, sizeOfL1Block } from '#protocol/block/l1-block.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { backoffMs } from '#runtime/backoff.ts'

/** Limit on L1 block requests in flight. */
export const maxFetches = 4

/** Limit on the bytes of fetched and requested L1 blocks. A single block may exceed the limit. */
export const maxWindowBytes = 16 * 1024 * 1024

/** Limit on the number of fetched and requested L1 blocks. */
export const maxWindowBlocks = 64

/** Delays before a failed request is repeated. */
const refetchBackoff = { firstMs: 250, longestMs: 500 }

/** A request for an L1 block. */
export interface L1Request {
  /** Identifies the request, so that the answer to a cancelled request is ignored. */
  readonly id: number
  readonly number: bigint
  /** The parent that the block must have, if it is known. */
  readonly parentHash: Hash | undefined
  readonly batcher: Address
}

/** What an answer means for derivation. */
export type L1Verdict =
  /** The block is stored or will be requested again, or the answer was to a cancelled request. */
  | 'taken'
  /** The block that derivation reads is no longer canonical. */
  | 'reorged'

/** The newest L1 block to request, and the current time. */
export interface L1Limit {
  /** The newest L1 block that may be read. */
  readonly newest: bigint
  readonly nowMs: number
}

interface Fetched {
  readonly block: L1Block
  readonly bytes: number
}

/** Prefetches the L1 blocks after the block that derivation reads, a few at a time, within a memory limit. */
export class L1Window {
  readonly #fetched = new Map<bigint, Fetched>()
  readonly #requested = new Map<bigint, L1Request>()
  #requests = 0
  #at: BlockId
  #batcher: Address
  /** Size of the last fetched block. It is the estimate for each requested block. */
  #expectedBytes = 0
  #failures = 0
  #notBeforeMs = 0
  #problem: string | undefined

  /** @param at the L1 block that derivation reads */
  constructor(at: BlockId, batcher: Address) {
    this.#at = at
    this.#batcher = batcher
  }

  /** Why the last request failed; undefined if it succeeded. */
  get problem(): string | undefined {
    return this.#problem
  }

  get #bytes(): number {
    let bytes = 0
    for (const fetched of this.#fetched.values()) bytes += fetched.bytes
    return bytes
  }

  /** The child of the block that derivation reads, if it is fetched. The child is kept until `advance`. */
  peek(): L1Block | undefined {
    const next = this.#at.number + 1n
    const block = this.#fetched.get(next)?.block
    if (block === undefined || block.parentHash === this.#at.hash) return block
    // Either this block or its predecessor was reorged out. A new request, which names the parent, shows which of the
    // two was.
    this.#clear()
    return undefined
  }

  /** Sets the block that derivation reads, and removes it from the window. */
  advance({ hash, number }: BlockId): void {
    this.#fetched.delete(number)
    this.#at = { hash, number }
  }

  /** Sets the batcher whose transactions and blobs are fetched. Drops blocks that were fetched for another batcher. */
  useBatcher(batcher: Address): void {
    if (this.#batcher === batcher) return
    this.#batcher = batcher
    this.#clear()
  }

  /** Drops all blocks because the next block lacks blobs of the batcher. The dropped blocks are requested again. */
  refuse({ nowMs }: Pick<L1Limit, 'nowMs'>): void {
    this.#clear()
    this.#fail(nowMs, 'da-watcher answered without all blobs of the batcher')
  }

  /** The requests to make now. */
  due({ newest, nowMs }: L1Limit): readonly L1Request[] {
    const requests: L1Request[] = []
    if (nowMs < this.#notBeforeMs) return requests
    let number = this.#at.number + 1n
    for (; number <= newest && this.#hasRoom(); number++) {
      if (this.#fetched.has(number) || this.#requested.has(number)) continue
      const isNext = number === this.#at.number + 1n
      const parentHash = isNext ? this.#at.hash : undefined
      const request = { id: ++this.#requests, number, parentHash, batcher: this.#batcher }
      this.#requested.set(number, request)
      requests.push(request)
    }
    return requests
  }

  /** Handles the answer to a request. */
  answered(
    request: L1Request,
    response: FetchL1BlockResponse,
    { nowMs }: Pick<L1Limit, 'nowMs'>,
  ): L1Verdict {
    if (!this.#isPending(request)) return 'taken'
    if (response.kind === 'not-found') return this.#fail(nowMs, 'L1 does not have that block')
    const { parentHash } = response.kind === 'block' ? response.block : { parentHash: undefined }
    if (request.parentHash !== undefined && parentHash !== request.parentHash) return 'reorged'
    if (response.kind === 'reorged') return this.#fail(nowMs, 'L1 was reorganised meanwhile')
    return this.#take(request, response.block, nowMs)
  }

  /** Handles the failure of a request. */
  failed(request: L1Request, { message }: Error, { nowMs }: Pick<L1Limit, 'nowMs'>): void {
    if (this.#isPending(request)) this.#fail(nowMs, message)
  }

  #isPending({ id, number }: L1Request): boolean {
    return this.#requested.get(number)?.id === id && this.#requested.delete(number)
  }

  #take(request: L1Request, block: L1Block, nowMs: number): 'taken' {
    if (block.number !== request.number)
      return this.#fail(nowMs, `da-watcher answered with block ${block.number}`)
    const bytes = sizeOfL1Block(block)
    this.#fetched.set(block.number, { block, bytes })
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

  /** Drops fetched blocks, and cancels requests. */
  #clear(): void {
    this.#fetched.clear()
    this.#requested.clear()
  }

  #hasRoom(): boolean {
    const requested = this.#requested.size
    if (requested === 0 && this.#fetched.size === 0) return true
    if (requested >= maxFetches || requested + this.#fetched.size >= maxWindowBlocks) return false
    return this.#bytes + (requested + 1) * this.#expectedBytes <= maxWindowBytes
  }
}
