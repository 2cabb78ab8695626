import type { SafeBlock } from '#protocol/batch/batch-verdict.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'

/** L2 blocks that are asked for at once. */
export const safeBlocksPerFetch = 16n

/** Stands for a deposit: a batch has none, so that only their number counts. */
const deposit = Uint8Array.of(depositType)

/**
 * Blocks of the safe chain that a batch overlaps. They are kept while it is checked, and no longer: as it goes on only for as
 * long as they equal the batch, they are not larger than that.
 */
export class SafeBlocks {
  readonly #blocks = new Map<bigint, SafeBlock>()

  readonly lookup = (number: bigint): SafeBlock | undefined => this.#blocks.get(number)

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
