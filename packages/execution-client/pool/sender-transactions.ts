import type { PooledTransaction } from './pooled-transaction.ts'

/** A transaction and its maximum cost in wei. */
export interface PricedTransaction {
  readonly transaction: PooledTransaction
  readonly cost: bigint
}

/**
 * The transactions of one sender by nonce. Transactions that continue the account's nonce without a gap are pending, up
 * to a limit. All other transactions are queued.
 */
export class SenderTransactions {
  readonly #maxPending: number
  /** Next nonce of the account. */
  #nonce: bigint
  #priced: PricedTransaction[] = []
  #pendingCount = 0

  constructor(nonce: bigint, maxPending: number) {
    this.#nonce = nonce
    this.#maxPending = maxPending
  }

  get size(): number {
    return this.#priced.length
  }

  get pendingCount(): number {
    return this.#pendingCount
  }

  get queuedCount(): number {
    return this.size - this.#pendingCount
  }

  /** The nonce after the last pending transaction. */
  get nextNonce(): bigint {
    return this.#nonce + BigInt(this.#pendingCount)
  }

  /** Maximum cost of all pending transactions. */
  get pendingCost(): bigint {
    let total = 0n
    for (let at = 0; at < this.#pendingCount; at++) total += this.#priced[at]?.cost ?? 0n
    return total
  }

  get pending(): readonly PooledTransaction[] {
    return this.pendingFrom(0)
  }

  /** The pending transactions, without the first `skipped` transactions. */
  pendingFrom(skipped: number): readonly PooledTransaction[] {
    return this.#priced.slice(skipped, this.#pendingCount).map(({ transaction }) => transaction)
  }

  get queued(): readonly PooledTransaction[] {
    return this.all.slice(this.#pendingCount)
  }

  get all(): readonly PooledTransaction[] {
    return this.#priced.map(({ transaction }) => transaction)
  }

  /** The transaction at index `skipped` in descending order of nonces. */
  fromEnd(skipped: number): PooledTransaction | undefined {
    return this.#priced.at(-1 - skipped)?.transaction
  }

  find(nonce: bigint): PricedTransaction | undefined {
    const found = this.#priced[this.#indexOf(nonce)]
    return found?.transaction.signed.nonce === nonce ? found : undefined
  }

  isPending(nonce: bigint): boolean {
    return nonce < this.nextNonce && this.find(nonce) !== undefined
  }

  /** Whether a new transaction with this nonce would be pending. */
  isNext(nonce: bigint): boolean {
    return nonce === this.nextNonce && this.#pendingCount < this.#maxPending
  }

  /** Adds a transaction, or replaces the transaction with the same nonce. Queued transactions may become pending. */
  put(priced: PricedTransaction): void {
    const { nonce } = priced.transaction.signed
    const replaced = this.find(nonce) === undefined ? 0 : 1
    this.#priced.splice(this.#indexOf(nonce), replaced, priced)
    this.#extendPending()
  }

  /** Removes a transaction. Transactions with later nonces become queued. */
  remove(nonce: bigint): void {
    if (this.find(nonce) === undefined) return
    const at = this.#indexOf(nonce)
    this.#priced.splice(at, 1)
    this.#pendingCount = Math.min(this.#pendingCount, at)
  }

  /**
   * Sets the nonce of the account and the remaining transactions after a new head.
   *
   * @param kept remaining transactions by nonce, with their current cost; all at or above `nonce`
   */
  settle(nonce: bigint, kept: readonly PricedTransaction[]): void {
    this.#nonce = nonce
    this.#priced = [...kept]
    this.#pendingCount = 0
    this.#extendPending()
  }

  #extendPending(): void {
    while (
      this.#pendingCount < this.#maxPending &&
      this.#priced[this.#pendingCount]?.transaction.signed.nonce === this.nextNonce
    )
      this.#pendingCount++
  }

  /** Index of the first transaction with at least this nonce. */
  #indexOf(nonce: bigint): number {
    const ahead = nonce - this.#nonce
    if (ahead < BigInt(this.#pendingCount)) return ahead < 0n ? 0 : Number(ahead)
    let at = this.#pendingCount
    while ((this.#priced[at]?.transaction.signed.nonce ?? nonce) < nonce) at++
    return at
  }
}
