import type { Hash, Address } from '#protocol/primitives.ts'
import { BestTransactions } from './best-transactions.ts'
import { checkDelegated, checkFunds, isWorthMore } from './check-account.ts'
import { checkTransaction, mostGas, type PoolPolicy } from './check-transaction.ts'
import { victimsOf } from './make-room.ts'
import { PoolRefusal } from './pool-refusal.ts'
import type { PoolView } from './pool-view.ts'
import {
  authoritiesOf,
  decodeUserTransaction,
  hashTransaction,
  type PooledTransaction,
  senderOf,
} from './pooled-transaction.ts'
import { type PricedTransaction, SenderTransactions } from './sender-transactions.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'

/** Limits of the pool. */
export interface PoolLimits {
  readonly transactions: number
  readonly bytes: number
  readonly pendingPerSender: number
  readonly queuedPerSender: number
}

/** Callbacks for changes of the pool, called after the change. */
export interface PoolListener {
  /** Called with transactions that became pending, or that replaced a pending transaction. */
  readonly pending?: (transactions: readonly PooledTransaction[]) => void
  readonly removed?: (transaction: PooledTransaction, reason: string) => void
}

/** Encoded transactions of a head change, oldest first. */
export interface HeadChange {
  /** Transactions of new blocks. */
  readonly included: readonly Uint8Array[]
  /** Transactions of blocks dropped by a reorg. */
  readonly dropped: readonly Uint8Array[]
}

/** Transactions by sender and nonce. */
export type TransactionsBySender = ReadonlyMap<Address, readonly PooledTransaction[]>

/** Default limits. Geth has the same limit on the number of transactions. */
const defaultLimits: PoolLimits = {
  transactions: 6_144,
  bytes: 33_554_432,
  pendingPerSender: 1_024,
  queuedPerSender: 64,
}

const tooManyQueued = 'its sender has too many queued transactions'

/** The default policy of geth. */
const defaultPolicy: PoolPolicy = { minTip: 1n, requiresReplayProtection: false }

/** The transaction pool. Pending transactions may be in the next block. Queued ones wait for an earlier nonce. */
export class TransactionPool {
  readonly #limits: PoolLimits
  readonly #policy: PoolPolicy
  #view: PoolView
  readonly #senders = new Map<Address, SenderTransactions>()
  readonly #byHash = new Map<Hash, PooledTransaction>()
  /** Number of transactions that set the code of each account. */
  readonly #authorities = new Map<Address, number>()
  readonly #listeners = new Set<PoolListener>()
  #bytes = 0
  #arrivals = 0
  /** Removed transactions about which the listeners have not been notified yet. */
  #removed: (readonly [PooledTransaction, string])[] = []

  /** @param view view of the head */
  constructor(view: PoolView, options: Partial<PoolLimits & PoolPolicy> = {}) {
    this.#view = view
    this.#limits = { ...defaultLimits, ...options }
    this.#policy = { ...defaultPolicy, ...options }
  }

  /**
   * Adds a transaction.
   *
   * @throws PoolRefusal with geth's text
   */
  add(raw: Uint8Array): Hash {
    const { hash, pending } = this.#insert(raw)
    this.#tell(pending)
    return hash
  }

  /**
   * Moves the pool to another head. Removes included transactions, adds the transactions of dropped blocks again, and
   * reads nonces and balances again.
   *
   * @returns why transactions of dropped blocks did not return
   */
  reset(view: PoolView, { included, dropped }: HeadChange): readonly PoolRefusal[] {
    const before = new Set<PooledTransaction>()
    for (const own of this.#senders.values())
      for (const transaction of own.pending) before.add(transaction)
    this.#view = view
    const hashes = new Set(included.map(hashTransaction))
    for (const [address, own] of this.#senders) this.#settle(address, own, hashes)
    const refusals = dropped
      .filter((raw) => raw[0] !== depositType && !hashes.has(hashTransaction(raw)))
      .map((raw) => this.#takeBack(raw))
      .filter((refusal) => refusal !== undefined)
    // Queues are trimmed last, since returned transactions may close the nonce gaps before queued transactions.
    for (const address of this.#senders.keys()) this.#trimQueue(address)
    const after = [...this.#senders.values()].flatMap((own) => own.pending)
    this.#tell(after.filter((transaction) => !before.has(transaction)))
    return refusals
  }

  /** Removes a transaction that cannot be in a block. Later transactions of its sender become queued. */
  drop(hash: Hash, reason: string): void {
    const transaction = this.#byHash.get(hash)
    if (transaction === undefined) return
    this.#remove(transaction, reason)
    this.#trimQueue(transaction.sender)
    this.#tell([])
  }

  /** The pending transactions in the order for a block with this base fee. */
  best(baseFeePerGas: bigint): BestTransactions {
    const pending = [...this.#senders.values()].map((own) => own.pending)
    return new BestTransactions(pending, baseFeePerGas)
  }

  get(hash: Hash): PooledTransaction | undefined {
    return this.#byHash.get(hash)
  }

  /** The nonce after the pending transactions of an account. */
  pendingNonce(address: Address): bigint {
    return this.#senders.get(address)?.nextNonce ?? this.#view.account(address).nonce
  }

  /** Number of transactions. */
  status(): { readonly pending: number; readonly queued: number } {
    let pending = 0
    for (const own of this.#senders.values()) pending += own.pendingCount
    return { pending, queued: this.#byHash.size - pending }
  }

  content(): { readonly pending: TransactionsBySender; readonly queued: TransactionsBySender } {
    const pending = new Map<Address, readonly PooledTransaction[]>()
    const queued = new Map<Address, readonly PooledTransaction[]>()
    for (const [address, own] of this.#senders) {
      if (own.pendingCount > 0) pending.set(address, own.pending)
      if (own.queuedCount > 0) queued.set(address, own.queued)
    }
    return { pending, queued }
  }

  contentFrom(address: Address): {
    readonly pending: readonly PooledTransaction[]
    readonly queued: readonly PooledTransaction[]
  } {
    const own = this.#senders.get(address)
    return { pending: own?.pending ?? [], queued: own?.queued ?? [] }
  }

  /** Adds a listener; the returned function removes it. */
  subscribe(listener: PoolListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #insert(bytes: Uint8Array): {
    readonly hash: Hash
    readonly pending: readonly PooledTransaction[]
  } {
    const admitted = this.#admit(bytes)
    const { hash, sender, signed } = admitted
    const { nonce, balance } = this.#view.account(sender)
    if (signed.nonce < nonce)
      throw new PoolRefusal('nonce-too-low', `next nonce ${nonce}, tx nonce ${signed.nonce}`)
    const own =
      this.#senders.get(sender) ?? new SenderTransactions(nonce, this.#limits.pendingPerSender)
    const cost = this.#costOf(admitted)
    checkFunds({ nonce: signed.nonce, cost, balance }, own)
    // Signers are recovered only after the check of the sender's funds, since there may be a thousand signatures.
    const authorities = authoritiesOf(signed)
    const transaction = { ...admitted, authorities, arrival: this.#arrivals++ }
    this.#checkDelegation(transaction, own)
    const leaving = this.#leavingOf(transaction, own)
    const victims = this.#victimsFor(transaction, own, leaving)

    for (const victim of victims) this.#remove(victim, 'the pool is full')
    if (leaving?.signed.nonce === signed.nonce) this.#forget(leaving, 'replaced')
    else if (leaving !== undefined) this.#remove(leaving, tooManyQueued)
    const isReplacement = own.isPending(signed.nonce)
    const before = own.pendingCount
    own.put({ transaction, cost })
    this.#senders.set(sender, own)
    this.#remember(transaction)
    return { hash, pending: isReplacement ? [transaction] : own.pendingFrom(before) }
  }

  /** Checks that do not depend on the account. @throws PoolRefusal */
  #admit(bytes: Uint8Array): Omit<PooledTransaction, 'authorities' | 'arrival'> {
    const hash = hashTransaction(bytes)
    if (this.#byHash.has(hash)) throw new PoolRefusal('already-known')
    // Copies the bytes, which may be a view of a large buffer. The decoded fields are views of the copy.
    const raw = new Uint8Array(bytes)
    const signed = decodeUserTransaction(raw)
    checkTransaction(signed, this.#view, this.#policy)
    return { hash, raw, signed, sender: senderOf(signed, this.#view.chainId) }
  }

  /** Maximum cost of a transaction for its sender. */
  #costOf({ raw, signed }: Pick<PooledTransaction, 'raw' | 'signed'>): bigint {
    const { gasLimit, maxFeePerGas, value } = signed
    const rollupCost = this.#view.l1Fee(raw) + this.#view.operatorFee(gasLimit)
    return gasLimit * maxFeePerGas + value + rollupCost
  }

  /** @throws PoolRefusal */
  #checkDelegation(
    { sender, signed, authorities }: PooledTransaction,
    own: SenderTransactions,
  ): void {
    if (this.#view.code(sender).length > 0 || this.#authorities.has(sender))
      checkDelegated(signed.nonce, own)
    for (const authority of authorities)
      if ((this.#senders.get(authority)?.size ?? 0) > 1) throw new PoolRefusal('authority-reserved')
  }

  /**
   * The transaction that a new transaction replaces: the transaction with the same nonce, or the last transaction of
   * the same sender if the sender's queue is full.
   *
   * @throws PoolRefusal
   */
  #leavingOf(
    { signed }: PooledTransaction,
    own: SenderTransactions,
  ): PooledTransaction | undefined {
    const replaced = own.find(signed.nonce)?.transaction
    if (replaced !== undefined) {
      if (isWorthMore(signed, replaced.signed)) return replaced
      throw new PoolRefusal('replacement')
    }
    if (own.isNext(signed.nonce) || own.queuedCount < this.#limits.queuedPerSender) return undefined
    const last = own.fromEnd(0)
    if (last !== undefined && last.signed.nonce > signed.nonce) return last
    throw new PoolRefusal('account-limit', `pooled ${own.size} txs`)
  }

  /** Transactions to evict for a new transaction. @throws PoolRefusal if too few may be evicted */
  #victimsFor(
    newcomer: PooledTransaction,
    own: SenderTransactions,
    leaving: PooledTransaction | undefined,
  ): readonly PooledTransaction[] {
    const { nonce } = newcomer.signed
    const count = this.#byHash.size + (leaving === undefined ? 1 : 0)
    let transactions = count - this.#limits.transactions
    let bytes = this.#bytes + newcomer.raw.length - (leaving?.raw.length ?? 0) - this.#limits.bytes
    if (transactions <= 0 && bytes <= 0) return []
    const choice = victimsOf(newcomer, {
      senders: [...this.#senders.values()],
      baseFeePerGas: this.#view.baseFeePerGas,
      isGapped: !own.isPending(nonce) && !own.isNext(nonce),
    })
    const victims: PooledTransaction[] = []
    while (transactions > 0 || bytes > 0) {
      const victim = choice.next().value
      if (victim === leaving) continue
      victims.push(victim)
      transactions--
      bytes -= victim.raw.length
    }
    return victims
  }

  #settle(address: Address, own: SenderTransactions, included: ReadonlySet<Hash>): void {
    const { nonce, balance } = this.#view.account(address)
    const most = mostGas(this.#view)
    const kept: PricedTransaction[] = []
    for (const transaction of own.all) {
      const { signed, hash } = transaction
      const cost = this.#costOf(transaction)
      if (included.has(hash)) this.#forget(transaction, 'included')
      else if (signed.nonce < nonce) this.#forget(transaction, 'its nonce was used')
      else if (signed.gasLimit > most)
        this.#forget(transaction, `gas ${signed.gasLimit}, at most ${most}`)
      else if (cost > balance) this.#forget(transaction, `balance ${balance}, ${cost} needed`)
      else kept.push({ transaction, cost })
    }
    own.settle(nonce, kept)
    if (own.size === 0) this.#senders.delete(address)
  }

  #takeBack(raw: Uint8Array): PoolRefusal | undefined {
    try {
      this.#insert(raw)
      return undefined
    } catch (error) {
      if (error instanceof PoolRefusal) return error
      throw error
    }
  }

  #trimQueue(address: Address): void {
    const own = this.#senders.get(address)
    const tooMany = own?.queued.slice(this.#limits.queuedPerSender) ?? []
    for (const transaction of tooMany) this.#remove(transaction, tooManyQueued)
  }

  #remove(transaction: PooledTransaction, reason: string): void {
    const { sender, signed } = transaction
    const own = this.#senders.get(sender)
    own?.remove(signed.nonce)
    if (own?.size === 0) this.#senders.delete(sender)
    this.#forget(transaction, reason)
  }

  #remember(transaction: PooledTransaction): void {
    this.#byHash.set(transaction.hash, transaction)
    this.#bytes += transaction.raw.length
    for (const authority of transaction.authorities)
      this.#authorities.set(authority, 1 + (this.#authorities.get(authority) ?? 0))
  }

  #forget(transaction: PooledTransaction, reason: string): void {
    this.#byHash.delete(transaction.hash)
    this.#bytes -= transaction.raw.length
    for (const authority of transaction.authorities) {
      const count = (this.#authorities.get(authority) ?? 0) - 1
      if (count > 0) this.#authorities.set(authority, count)
      else this.#authorities.delete(authority)
    }
    this.#removed.push([transaction, reason])
  }

  /** Notifies the listeners. Called last, in a consistent state, since a listener may read the pool or throw. */
  #tell(pending: readonly PooledTransaction[]): void {
    const removed = this.#removed
    this.#removed = []
    for (const listener of this.#listeners) {
      for (const [transaction, reason] of removed) listener.removed?.(transaction, reason)
      if (pending.length > 0) listener.pending?.(pending)
    }
  }
}
