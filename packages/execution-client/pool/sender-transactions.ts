import type { PooledTransaction } from './pooled-transaction.ts'

/** A transaction and what it may cost its sender at most, in wei. */
export interface PricedTransaction {
  readonly transaction: PooledTransaction
  readonly cost: bigint
}

/**
 * The transactions of one sender in the order of their nonces. The first of them are pending: they go on from the nonce of
 * the account without a gap. The others are queued.
 */
export class SenderTransactions {
  readonly #maxPending: number
  /** Of the account. */
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

  /** The first nonce that no pending transaction has. */
  get nextNonce(): bigint {
    return this.#nonce + BigInt(this.#pendingCount)
  }

  /** What the pending ones may cost together. */
  get pendingCost(): bigint {
    let total = 0n
    for (let at = 0; at < this.#pendingCount; at++) total += this.#priced[at]?.cost ?? 0n
    return total
  }

  get pending(): readonly PooledTransaction[] {
    return this.pendingFrom(0)
  }

  /** The pending ones without so many of the first. */
  pendingFrom(skipped: number): readonly PooledTransaction[] {
    return this.#priced.slice(skipped, this.#pendingCount).map(({ transaction }) => transaction)
  }

  get queued(): readonly PooledTransaction[] {
    return this.all.slice(this.#pendingCount)
  }

  get all(): readonly PooledTransaction[] {
    return this.#priced.map(({ transaction }) => transaction)
  }

  /** The one with the highest nonce, or so many before it. */
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

  /** Whether a transaction with the nonce, which is not there yet, would be pending. */
  isNext(nonce: bigint): boolean {
    return nonce === this.nextNonce && this.#pendingCount < this.#maxPending
  }

  /** Adds a transaction, in place of one with the same nonce; it may close a gap. */
  put(priced: PricedTransaction): void {
    const { nonce } = priced.transaction.signed
    const replaced = this.find(nonce) === undefined ? 0 : 1
    this.#priced.splice(this.#indexOf(nonce), replaced, priced)
    this.#extendPending()
  }

  /** Takes one away; what comes after it is queued then. */
  remove(nonce: bigint): void {
    if (this.find(nonce) === undefined) return
    const at = this.#indexOf(nonce)
    this.#priced.splice(at, 1)
    this.#pendingCount = Math.min(this.#pendingCount, at)
  }

  /**
   * Goes on from another nonce of the account.
   *
   * @param kept those that stay, by nonce, with what they cost now; none is below `nonce`
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

  /** Where the first one is whose nonce is not below. */
  #indexOf(nonce: bigint): number {
    const ahead = nonce - this.#nonce
    if (ahead < BigInt(this.#pendingCount)) return ahead < 0n ? 0 : Number(ahead)
    let at = this.#pendingCount
    while ((this.#priced[at]?.transaction.signed.nonce ?? nonce) < nonce) at++
    return at
  }
}
