import type { SafeBlock } from '#protocol/batch/batch-verdict.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'

/** Number of L2 blocks that are fetched together. */
export const safeBlocksPerFetch = 16n

/** Replaces each deposit of a block. Batches have no deposits, so only the number of deposits matters. */
const deposit = Uint8Array.of(depositType)

/**
 * Blocks of the safe chain that the current batch overlaps. They are dropped after the batch was checked. A check ends
 * at the first block that differs from the batch, so the blocks need little more memory than the batch.
 */
export class SafeBlocks {
  readonly #blocks = new Map<bigint, SafeBlock>()

  get(number: bigint): SafeBlock | undefined {
    return this.#blocks.get(number)
  }

  add(blocks: readonly SafeBlock[]): void {
    for (const { ref, transactions } of blocks)
      this.#blocks.set(ref.number, {
        ref,
        transactions: transactions.map((raw) => (raw[0] === depositType ? deposit : raw.slice())),
      })
  }

  clear(): void {
    this.#blocks.clear()
  }
}
