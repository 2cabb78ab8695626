import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { SingularBatch } from './batch.ts'

/** What the epochs depend on. */
export interface EpochRules {
  /** Seconds between L2 blocks. */
  readonly blockTime: bigint
  /** In L1 blocks. */
  readonly sequencingWindow: bigint
}

/**
 * The L1 blocks that the next L2 blocks may have as their origin, and that the pipeline has gone through.
 * It outlives the change from the batch queue to the batch stage: what is collected before Holocene is needed after.
 * Spec: protocol/derivation.md#batch-queue
 */
export class L1Origins {
  readonly #rules: EpochRules
  #blocks: readonly L1BlockRef[]
  /** The block that was last taken in, and the one that the pipeline is at. */
  #origin: L1BlockRef
  #nextOrigin: L1BlockRef

  /** @param base the L1 block that the pipeline begins at */
  constructor(rules: EpochRules, base: L1BlockRef) {
    this.#rules = rules
    this.#blocks = [base]
    this.#origin = base
    this.#nextOrigin = base
  }

  /** Consecutive; the first is the epoch of the safe head, or the one after it. */
  get blocks(): readonly L1BlockRef[] {
    return this.#blocks
  }

  /** The L1 block that the pipeline is at. */
  get origin(): L1BlockRef {
    return this.#nextOrigin
  }

  /** The pipeline is at another L1 block from now on. */
  advance(origin: L1BlockRef): void {
    this.#nextOrigin = origin
  }

  /** Whether the pipeline has not come to the epoch of the safe head yet. */
  isBehind(safeHead: L2BlockRef): boolean {
    return this.#nextOrigin.number < safeHead.l1Origin.number
  }

  /** Takes in the block that the pipeline is at, and lets go of those before the epoch of the safe head. */
  update(safeHead: L2BlockRef): void {
    if (this.#origin.hash !== this.#nextOrigin.hash) {
      this.#origin = this.#nextOrigin
      this.#blocks = this.isBehind(safeHead) ? [] : [...this.#blocks, this.#origin]
    }
    const first = this.#blocks[0]
    if (first === undefined || first.number >= safeHead.l1Origin.number) return
    const epochAt = this.#blocks.findIndex((block) => block.number === safeHead.l1Origin.number)
    if (epochAt > 0) this.#blocks = this.#blocks.slice(epochAt)
  }

  // Rule origin-fits: The L1 origin of the head is the first L1 block or the one before it; otherwise derivation is reset.
  // Spec: derivation.md#batch-queue, derive/batch_queue.go
  /** Whether the first block can be the epoch of what follows the safe head. */
  fit({ l1Origin }: L2BlockRef): boolean {
    const epoch = this.#blocks[0]
    if (epoch === undefined) return false
    // It is one ahead when all blocks of an epoch were made for lack of batches, and the head is the last of them.
    return (
      (l1Origin.number === epoch.number && l1Origin.hash === epoch.hash) ||
      l1Origin.number === epoch.number - 1n
    )
  }

  /**
   * Makes an empty block if the batches of an epoch can come no more, or goes on to the next epoch if it is full.
   *
   * @returns nothing if there is no block to make before the next L1 block
   */
  makeEmptyBatch(
    safeHead: L2BlockRef,
    { isOutOfData }: { readonly isOutOfData: boolean },
  ): SingularBatch | undefined {
    const [epoch, nextEpoch] = this.#blocks
    if (epoch === undefined || nextEpoch === undefined) return undefined
    const lastOfWindow = epoch.number + this.#rules.sequencingWindow
    // Rule window-over: Empty blocks are made in the last L1 block of a window once all is read, and after it at once.
    // Spec: derivation.md#batch-queue, derive/base_batch_stage.go
    const isOver = isOutOfData
      ? lastOfWindow <= this.#origin.number
      : lastOfWindow < this.#origin.number
    if (!isOver) return undefined

    const timestamp = safeHead.timestamp + this.#rules.blockTime
    // Rule epoch-has-block: Each epoch has at least one block. Spec: derivation.md#batch-queue, derive/base_batch_stage.go
    // An epoch has at least one block, or its deposits would be lost.
    const isFirstOfEpoch = epoch.number === safeHead.l1Origin.number + 1n
    // Rule empty-epoch-end: Empty blocks are made up to the time of the next L1 block, whose epoch then begins.
    // Spec: derivation.md#batch-queue, derive/base_batch_stage.go
    if (timestamp >= nextEpoch.timestamp && !isFirstOfEpoch) {
      this.#blocks = this.#blocks.slice(1)
      return undefined
    }
    return {
      parentHash: safeHead.hash,
      epochNumber: epoch.number,
      epochHash: epoch.hash,
      timestamp,
      transactions: [],
    }
  }
}
