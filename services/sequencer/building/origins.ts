import type { FetchL1BlockRequest, FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import { fetchL1Block } from '#messages/subjects.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import { isOriginVisible } from '#protocol/sequencing/choose-origin.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { sleep } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import type { Context } from '#services/sequencer/ports.ts'

/** Deadline of a request for an L1 block. */
const deadlineMs = 4_000

/**
 * How long a block waits for the next L1 block. If that L1 block does not arrive in time, the block keeps the L1 origin
 * of its parent, as long as the sequencer drift allows this. Source: op-node, sequencing/origin_selector.go
 */
export const nextBudgetMs = 500

/** Batcher address in requests for L1 blocks whose blobs are not needed. */
const noBatcher = `0x${'00'.repeat(20)}` as Address

/** The L1 origin of a block, and what is known about the next L1 block. */
export type Origins =
  | {
      readonly kind: 'found'
      readonly current: L1Block
      readonly next: L1Block | undefined
      /**
       * Whether L1 has no next block yet, or the confirmation depth hides it. False if the next block could not be
       * read.
       */
      readonly isNextAbsent: boolean
    }
  /** The L1 origin is not canonical, or the next L1 block is not its child. */
  | { readonly kind: 'orphaned' }
  /** L1 has no block at the number of the L1 origin. */
  | { readonly kind: 'missing' }

/**
 * The L1 blocks that may become L1 origins. The next L1 block is fetched before it is needed, so that building does not
 * wait for L1. Source: op-node, sequencing/origin_selector.go
 */
export class OriginCache {
  readonly #context: Pick<Context, 'bus' | 'clock' | 'log'>
  readonly #confirmationDepth: bigint
  #l1Head: L1Heads['head'] | undefined
  #current: L1Block | undefined
  /** A child of the current L1 origin. */
  #next: L1Block | undefined
  /** The request in progress for the child of an L1 block. */
  #fetching: { readonly parent: Hash; readonly done: Promise<NextAnswer> } | undefined

  constructor(context: Pick<Context, 'bus' | 'clock' | 'log'>, confirmationDepth: bigint) {
    this.#context = context
    this.#confirmationDepth = confirmationDepth
  }

  /** Handles the newest head of L1. After a possible reorg, the next L1 block is fetched again. */
  l1Changed({ head }: Pick<L1Heads, 'head'>): void {
    const before = this.#l1Head
    this.#l1Head = head
    if (before?.hash !== head.hash && before?.hash !== head.parentHash) this.forgetNext()
  }

  /** Forgets the next L1 block, which may not be canonical any more. */
  forgetNext(): void {
    this.#next = undefined
    this.#fetching = undefined
  }

  /**
   * The L1 origin of a block and the L1 block after it.
   *
   * @param isFresh whether the next L1 block is fetched even if it is known. The load then waits until the call ends.
   * @throws Fault of the call for the L1 origin. If the call for the next L1 block fails, `next` is undefined.
   */
  async load(origin: BlockId, { isFresh }: { readonly isFresh: boolean }): Promise<Origins> {
    const current = await this.#loadCurrent(origin)
    if (current === undefined) {
      const found = await this.#fetch({ block: { kind: 'number', number: origin.number } })
      const isOther = found.kind === 'block' && found.block.hash !== origin.hash
      return { kind: isOther ? 'orphaned' : 'missing' }
    }
    if (isFresh || this.#next?.parentHash !== current.hash) this.#next = undefined
    if (this.#next !== undefined)
      return { kind: 'found', current, next: this.#next, isNextAbsent: false }
    const number = origin.number + 1n
    const visibility = this.#visibility(number)
    if (visibility !== 'visible')
      return { kind: 'found', current, next: undefined, isNextAbsent: visibility === 'hidden' }
    const answer = await this.#fetchNext(current, isFresh ? deadlineMs : nextBudgetMs)
    if (answer === 'orphaned') return { kind: 'orphaned' }
    return { kind: 'found', current, next: this.#next, isNextAbsent: answer === 'absent' }
  }

  /** Whether an L1 block is canonical now; undefined if L1 has no block at its number. @throws Fault of the call */
  async isCanonical({ hash, number }: BlockId): Promise<boolean | undefined> {
    const found = await this.#fetch({ block: { kind: 'number', number } })
    if (found.kind === 'not-found') return undefined
    return found.kind === 'block' && found.block.hash === hash
  }

  /**
   * The L1 origin that another builder chose for a block. The confirmation depth of this sequencer does not apply, since
   * the block is published already.
   *
   * @param current L1 origin of the parent
   * @returns undefined if the L1 origin is not canonical, or is neither that of the parent nor the next one
   * @throws Fault of the call
   */
  async adopt({ hash, number }: BlockId, current: L1Block): Promise<L1Block | undefined> {
    if (hash === current.hash) return current
    if (hash === this.#next?.hash) return this.#next
    if (number !== current.number + 1n) return undefined
    const found = await this.#fetch({ block: { kind: 'number', number }, parentHash: current.hash })
    return found.kind === 'block' && found.block.hash === hash ? found.block : undefined
  }

  async #loadCurrent({ hash }: BlockId): Promise<L1Block | undefined> {
    if (this.#current?.hash === hash) return this.#current
    if (this.#next?.hash === hash) {
      this.#current = this.#next
      return this.#current
    }
    const found = await this.#fetch({ block: { kind: 'hash', hash } })
    this.#current = found.kind === 'block' ? found.block : undefined
    return this.#current
  }

  /**
   * Whether the confirmation depth allows an L1 block. `unknown`: the head of L1 is not known, which lasts up to a
   * second after the start.
   */
  #visibility(number: bigint): 'visible' | 'hidden' | 'unknown' {
    const l1Head = this.#l1Head
    const confirmationDepth = this.#confirmationDepth
    if (l1Head === undefined) return 'unknown'
    const isVisible =
      number <= l1Head.number && isOriginVisible({ number, l1Head, confirmationDepth })
    return isVisible ? 'visible' : 'hidden'
  }

  /**
   * Fetches the next L1 block, and waits for it for up to `budgetMs`. A slower request continues, and its answer is
   * used for a later block.
   */
  async #fetchNext(current: L1Block, budgetMs: number): Promise<NextAnswer> {
    const { clock } = this.#context
    if (this.#fetching?.parent !== current.hash)
      this.#fetching = { parent: current.hash, done: this.#keepNext(current) }
    const late = new AbortController()
    const timeout = sleep(clock, budgetMs, late.signal).then(() => 'unknown' as const)
    const answer = await Promise.race([this.#fetching.done, timeout])
    late.abort()
    return answer
  }

  async #keepNext({ hash: parentHash, number }: L1Block): Promise<NextAnswer> {
    // After a reorg of L1, this request is not the current one any more.
    const isCurrent = () => this.#fetching?.parent === parentHash
    try {
      const block = { kind: 'number', number: number + 1n } as const
      const found = await this.#fetch({ block, parentHash })
      if (!isCurrent()) return 'unknown'
      if (found.kind === 'reorged') return 'orphaned'
      if (found.kind === 'not-found') return 'absent'
      if (found.block.parentHash !== parentHash) return 'orphaned'
      this.#next = found.block
      return 'found'
    } catch (error) {
      if (!isFault(error)) throw error
      this.#context.log.debug({ error }, 'the next L1 origin was not fetched')
      return 'unknown'
    } finally {
      if (isCurrent()) this.#fetching = undefined
    }
  }

  #fetch({
    block,
    parentHash,
  }: Pick<FetchL1BlockRequest, 'block'> & {
    readonly parentHash?: Hash
  }): Promise<FetchL1BlockResponse> {
    const request = { block, parentHash, batcherAddress: noBatcher }
    return this.#context.bus.call(fetchL1Block, request, { deadlineMs })
  }
}

/** What L1 answers about the child of an L1 block. `unknown`: L1 did not answer in time. */
type NextAnswer = 'found' | 'absent' | 'orphaned' | 'unknown'
