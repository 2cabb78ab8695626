import { effectiveTip, type PooledTransaction } from './pooled-transaction.ts'

interface SenderHead {
  readonly transactions: readonly PooledTransaction[]
  /** Which of them is next. */
  readonly at: number
  readonly transaction: PooledTransaction
  readonly tip: bigint
}

/**
 * Pending transactions as a block takes them: the highest effective tip first, of equal ones that which came first, those
 * of one sender by their nonces. What the pool does after it was made does not show.
 */
export class BestTransactions {
  readonly #baseFeePerGas: bigint
  /** One for each sender; the best is the last. */
  readonly #heads: SenderHead[]

  /** @param pending of each sender, by nonce */
  constructor(pending: Iterable<readonly PooledTransaction[]>, baseFeePerGas: bigint) {
    this.#baseFeePerGas = baseFeePerGas
    this.#heads = [...pending]
      .map((transactions) => this.#headAt(transactions, 0))
      .filter((head) => head !== undefined)
      .toSorted((left, right) => (isBetter(left, right) ? 1 : -1))
  }

  /** The next; undefined if there is none. */
  peek(): PooledTransaction | undefined {
    return this.#heads.at(-1)?.transaction
  }

  /** Goes on with the next of the same sender among the others: this one is done. */
  shift(): void {
    const head = this.#heads.pop()
    const next = head && this.#headAt(head.transactions, head.at + 1)
    if (next === undefined) return
    // Above all that are not better.
    let [low, high] = [0, this.#heads.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.#heads[middle]
      if (other !== undefined && isBetter(next, other)) low = middle + 1
      else high = middle
    }
    this.#heads.splice(low, 0, next)
  }

  /** Passes over the whole rest of the sender: without this one none of it can be in the block. */
  skipSender(): void {
    this.#heads.pop()
  }

  /** Undefined if the sender has no more, or does not pay the base fee. */
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
