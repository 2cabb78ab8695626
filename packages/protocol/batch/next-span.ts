import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { SingularBatch } from './batch.ts'
import type { NewBlock } from './span-batch-validity.ts'

/** The blocks of an accepted span batch that are still to come. Spec: protocol/delta/span-batches.md#batch-queue */
export class NextSpan {
  #blocks: readonly NewBlock[] = []
  #next = 0

  /** Whether there is none left. */
  get isEmpty(): boolean {
    return this.#next === this.#blocks.length
  }

  /** Takes the blocks of another span in place of what is left. */
  replace(blocks: readonly NewBlock[]): void {
    this.#blocks = blocks
    this.#next = 0
  }

  /** Gives up what is left. */
  clear(): void {
    this.replace([])
  }

  /** The next block if it is due; else all are given up: the one before it turned out to be invalid. */
  takeAt(timestamp: bigint, parent: L2BlockRef): SingularBatch | undefined {
    if (this.#blocks[this.#next]?.block.timestamp !== timestamp) {
      if (!this.isEmpty) this.clear()
      return undefined
    }
    return this.take(parent)
  }

  /** The next block, on top of a parent. */
  take(parent: L2BlockRef): SingularBatch | undefined {
    const next = this.#blocks[this.#next]
    if (next === undefined) return undefined
    this.#next++
    if (this.isEmpty) this.clear()
    return {
      parentHash: parent.hash,
      epochNumber: next.epoch.number,
      epochHash: next.epoch.hash,
      timestamp: next.block.timestamp,
      transactions: next.block.transactions,
    }
  }
}
