import { effectiveTip, type PooledTransaction } from './pooled-transaction.ts'

interface SenderHead {
  readonly transactions: readonly PooledTransaction[]
  /** Index of the next transaction. */
  readonly at: number
  readonly transaction: PooledTransaction
  readonly tip: bigint
}

/**
 * Pending transactions in the order for a block: the highest effective tip first; with equal tips, the first to arrive.
 * The transactions of one sender are in the order of their nonces. Later changes of the pool do not affect this
 * snapshot.
 */
export class BestTransactions {
  readonly #baseFeePerGas: bigint
  /** One entry for each sender. The best entry is the last. */
  readonly #heads: SenderHead[]

  /** @param pending transactions of each sender, by nonce */
  constructor(pending: Iterable<readonly PooledTransaction[]>, baseFeePerGas: bigint) {
    this.#baseFeePerGas = baseFeePerGas
    this.#heads = [...pending]
      .map((transactions) => this.#headAt(transactions, 0))
      .filter((head) => head !== undefined)
      .toSorted((left, right) => (isBetter(left, right) ? 1 : -1))
  }

  /** The next transaction; undefined after the last. */
  peek(): PooledTransaction | undefined {
    return this.#heads.at(-1)?.transaction
  }

  /** Moves to the next transaction of the same sender, after the current transaction was added to the block. */
  shift(): void {
    const head = this.#heads.pop()
    const next = head && this.#headAt(head.transactions, head.at + 1)
    if (next === undefined) return
    // The next transaction is inserted so that the best entry remains the last entry.
    let [low, high] = [0, this.#heads.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.#heads[middle]
      if (other !== undefined && isBetter(next, other)) low = middle + 1
      else high = middle
    }
    this.#heads.splice(low, 0, next)
  }

  /** Skips the current transaction, and all later transactions of its sender, which depend on it. */
  skipSender(): void {
    this.#heads.pop()
  }

  /**
   * The entry of a sender at an index; undefined if the sender has no further transaction, or if the transaction does
   * not pay the base fee.
   */
  #headAt(transactions: readonly PooledTransaction[], at: number): SenderHead | undefined {
    const transaction = transactions[at]
    if (transaction === undefined) return undefined
    const tip = effectiveTip(transaction, this.#baseFeePerGas)
    return tip < 0n ? undefined : { transactions, at, transaction, tip }
  }
}

function isBetter(left: SenderHead, right: SenderHead): boolean {
  if (left.tip !== right.tip) return left.tip > right.tip
  return left.transaction.arrival < right.transaction.arrival
}
