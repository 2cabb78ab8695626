import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { SingularBatch } from './batch.ts'
import { indexOfEpoch, type NewBlocks } from './span-batch-validity.ts'

const nothing: NewBlocks = { blocks: [], first: 0, l1Blocks: [] }

/**
 * The blocks of an accepted span batch that have not been returned yet.
 * Spec: protocol/delta/span-batches.md#batch-queue
 */
export class NextSpan {
  #span = nothing
  #next = 0
  /** Epoch of the block that was taken last, as an index into the L1 blocks of the span. */
  #epochIndex = 0

  /** Whether no block is left. */
  get isEmpty(): boolean {
    return this.#next === this.#span.blocks.length
  }

  /** Replaces the remaining blocks by those of another span. */
  replace(span: NewBlocks): void {
    this.#span = span
    this.#next = span.first
    this.#epochIndex = 0
  }

  /** Drops the remaining blocks. */
  clear(): void {
    this.replace(nothing)
  }

  // Rule span-revoked: If a block is refused, the rest of its span is dropped, and the span's earlier blocks are
  // revoked. Spec: delta/span-batches.md#batch-queue, derive/batch_queue.go
  /** Takes the next block if it has this timestamp. Otherwise drops the span, since the block before it was refused. */
  takeAt(timestamp: bigint, parent: L2BlockRef): SingularBatch | undefined {
    const batch = this.take(parent)
    if (batch?.timestamp === timestamp) return batch
    this.clear()
    return undefined
  }

  /** Takes the next block, as a batch on top of a parent. */
  take(parent: L2BlockRef): SingularBatch | undefined {
    const { blocks, l1Blocks } = this.#span
    const block = blocks.at(this.#next)
    if (block === undefined) return undefined
    this.#epochIndex = indexOfEpoch(l1Blocks, block.epochNumber, this.#epochIndex)
    const epoch = l1Blocks[this.#epochIndex]
    // Not reached: a span is accepted only if the L1 blocks of all its epochs are known.
    if (epoch === undefined) throw new RangeError(`no L1 block ${block.epochNumber}`)
    this.#next++
    if (this.isEmpty) this.clear()
    return {
      parentHash: parent.hash,
      epochNumber: epoch.number,
      epochHash: epoch.hash,
      timestamp: block.timestamp,
      transactions: block.transactions,
    }
  }
}
