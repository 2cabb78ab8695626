import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { Hash } from '#protocol/primitives.ts'

// Rule limit-pages: The search for the start requests pages of 256 L2 blocks and of 64 L1 blocks. Spec: Atoll's own
/** Number of L2 blocks in a request. */
const l2PageBlocks = 256

/** Number of L1 blocks in a request. */
const l1PageBlocks = 64

/** A request for L2 blocks from a number downwards, newest first. */
export interface L2PageRequest {
  readonly kind: 'need-l2'
  readonly number: bigint
  /** Hash of the first block; if undefined, the canonical block of that number is requested. */
  readonly hash: Hash | undefined
  /** Maximum number of blocks in the answer. The answer has at least one block. */
  readonly count: number
}

/** A request for L1 blocks from a number downwards. The answer omits blocks that L1 does not have yet. */
export interface L1PageRequest {
  readonly kind: 'need-l1'
  readonly number: bigint
  readonly count: number
}

/** A request of the search for the heads to start from. */
export type PageRequest = L2PageRequest | L1PageRequest

/** The answer to a request. */
export type Page =
  | { readonly kind: 'l2'; readonly blocks: readonly L2BlockRef[] }
  | { readonly kind: 'l1'; readonly blocks: readonly L1BlockRef[] }

/** L2 blocks on the way down from a head, fetched in pages. */
export class L2Pages {
  #request: L2PageRequest | undefined
  readonly #blocks = new Map<Hash, L2BlockRef>()

  /**
   * Returns the parent of a block, or a request for a page that begins with the parent and ends at `lowest` at the
   * latest.
   */
  parentOf(block: L2BlockRef, lowest: bigint): L2BlockRef | L2PageRequest {
    const parent = this.#blocks.get(block.parentHash)
    if (parent !== undefined) return parent
    const number = block.number - 1n
    const room = number - lowest + 1n
    const count = room < l2PageBlocks ? Number(room) : l2PageBlocks
    return this.ask({ number, hash: block.parentHash, count: Math.max(count, 1) })
  }

  /** Makes a request for blocks. */
  ask(page: Omit<L2PageRequest, 'kind'>): L2PageRequest {
    this.#request = { kind: 'need-l2', ...page }
    return this.#request
  }

  /**
   * Takes an answer and returns its first block; undefined if the answer does not match the request. If a block is not
   * linked by parent hash to the one before it, this block and all later ones are dropped.
   */
  take(blocks: readonly L2BlockRef[]): L2BlockRef | undefined {
    const [first] = blocks
    const request = this.#request
    this.#request = undefined
    if (first === undefined || request === undefined || first.number !== request.number)
      return undefined
    if (request.hash !== undefined && first.hash !== request.hash) return undefined
    this.#blocks.clear()
    let expected = first.hash
    for (const block of blocks.slice(0, request.count)) {
      if (block.hash !== expected) break
      this.#blocks.set(block.hash, block)
      expected = block.parentHash
    }
    return first
  }
}

/** L1 blocks by number, fetched in pages. */
export class L1Pages {
  #request: L1PageRequest | undefined
  readonly #blocks = new Map<bigint, L1BlockRef | undefined>()

  /** The block of a number; undefined if L1 does not have the block yet; a request if its page was not fetched. */
  at(number: bigint): L1BlockRef | L1PageRequest | undefined {
    if (this.#blocks.has(number)) return this.#blocks.get(number)
    const count = number < l1PageBlocks ? Number(number) + 1 : l1PageBlocks
    this.#request = { kind: 'need-l1', number, count }
    return this.#request
  }

  /** Takes an answer; false if the blocks are not linked by parent hash, to each other or to the page before. */
  take(blocks: readonly L1BlockRef[]): boolean {
    const request = this.#request
    this.#request = undefined
    if (request === undefined) return false
    const given = new Map(blocks.map((block) => [block.number, block]))
    let child = this.#blocks.get(request.number + 1n)
    this.#blocks.clear()
    for (let at = 0n; at < request.count; at++) {
      const block = given.get(request.number - at)
      if (block !== undefined && child !== undefined && child.parentHash !== block.hash)
        return false
      this.#blocks.set(request.number - at, block)
      child = block
    }
    return true
  }
}
