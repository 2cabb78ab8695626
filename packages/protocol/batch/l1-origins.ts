import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { SingularBatch } from './batch.ts'

/** The parts of the rollup config that epochs depend on. */
export interface EpochRules {
  /** Seconds between L2 blocks. */
  readonly blockTime: bigint
  /** In L1 blocks. */
  readonly sequencingWindow: bigint
}

/**
 * The L1 blocks that the pipeline has read and that the next L2 blocks may have as their L1 origin.
 * They are kept when the batch stage replaces the batch queue, since L1 blocks read before Holocene are also needed
 * afterwards.
 * Spec: protocol/derivation.md#batch-queue
 */
export class L1Origins {
  readonly #rules: EpochRules
  #blocks: readonly L1BlockRef[]
  /** The L1 block that was being read at the last `update`. */
  #updatedTo: L1BlockRef
  /** The L1 block that is being read. */
  #origin: L1BlockRef

  /** @param base the L1 block that the pipeline starts at */
  constructor(rules: EpochRules, base: L1BlockRef) {
    this.#rules = rules
    this.#blocks = [base]
    this.#updatedTo = base
    this.#origin = base
  }

  /** Consecutive L1 blocks. The first is the epoch of the safe head, or the L1 block after it. */
  get blocks(): readonly L1BlockRef[] {
    return this.#blocks
  }

  /** The L1 block that is being read. */
  get origin(): L1BlockRef {
    return this.#origin
  }

  /** Called when the pipeline reads the next L1 block. */
  advance(origin: L1BlockRef): void {
    this.#origin = origin
  }

  /** Whether the pipeline has not reached the epoch of the safe head yet. */
  isBehind(safeHead: L2BlockRef): boolean {
    return this.#origin.number < safeHead.l1Origin.number
  }

  /** Adds the block that is being read, and drops the blocks before the epoch of the safe head. */
  update(safeHead: L2BlockRef): void {
    if (this.#updatedTo.hash !== this.#origin.hash) {
      this.#updatedTo = this.#origin
      this.#blocks = this.isBehind(safeHead) ? [] : [...this.#blocks, this.#updatedTo]
    }
    const first = this.#blocks[0]
    if (first === undefined || first.number >= safeHead.l1Origin.number) return
    const epochAt = this.#blocks.findIndex((block) => block.number === safeHead.l1Origin.number)
    if (epochAt > 0) this.#blocks = this.#blocks.slice(epochAt)
  }

  // Rule origin-fits: The L1 origin of the head is the first known L1 block or the block before it; otherwise
  // derivation is reset. Spec: derivation.md#batch-queue, derive/batch_queue.go
  /** Whether the first known L1 block can be the epoch of the block after the safe head. */
  fit({ l1Origin }: L2BlockRef): boolean {
    const epoch = this.#blocks[0]
    if (epoch === undefined) return false
    // After `makeEmptyBatch` has moved past the head's epoch, the first known L1 block is the block after that epoch.
    return (
      (l1Origin.number === epoch.number && l1Origin.hash === epoch.hash) ||
      l1Origin.number === epoch.number - 1n
    )
  }

  /**
   * Makes an empty block if the sequencing window of the first epoch is over. If that epoch needs no further block,
   * moves to the next epoch instead.
   *
   * @returns undefined if no block is due before the next L1 block
   */
  makeEmptyBatch(
    safeHead: L2BlockRef,
    { isOutOfData }: { readonly isOutOfData: boolean },
  ): SingularBatch | undefined {
    const [epoch, nextEpoch] = this.#blocks
    if (epoch === undefined || nextEpoch === undefined) return undefined
    const lastOfWindow = epoch.number + this.#rules.sequencingWindow
    // Rule window-over: At the last L1 block of the window, empty blocks are made after all its batches are read. At a
    // later L1 block, they are made without waiting for its batches. Spec: derivation.md#batch-queue,
    // derive/base_batch_stage.go
    const isOver = isOutOfData
      ? lastOfWindow <= this.#updatedTo.number
      : lastOfWindow < this.#updatedTo.number
    if (!isOver) return undefined

    const timestamp = safeHead.timestamp + this.#rules.blockTime
    // Rule epoch-has-block: Each epoch has at least one block. Spec: derivation.md#batch-queue, derive/base_batch_stage.go
    // Without a block, the deposits of the epoch would be lost.
    const isFirstOfEpoch = epoch.number === safeHead.l1Origin.number + 1n
    // Rule empty-epoch-end: Empty blocks are made until the time of the next L1 block is reached. Then the epoch of
    // that L1 block begins.
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
