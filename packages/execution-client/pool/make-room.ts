import { effectiveTip, type PooledTransaction } from './pooled-transaction.ts'
import { PoolRefusal } from './pool-refusal.ts'
import type { SenderTransactions } from './sender-transactions.ts'

/** Inputs for making room for a new transaction. */
export interface RoomContext {
  readonly senders: readonly SenderTransactions[]
  readonly baseFeePerGas: bigint
  /** Whether the new transaction would be queued. If so, it does not evict pending transactions. */
  readonly isGapped: boolean
}

/**
 * Chooses transactions to evict for a new transaction. Compares the last remaining transaction of each sender, and
 * evicts the cheapest of these, so that no nonce is evicted before a later nonce of the same sender.
 *
 * A transaction of another sender may be evicted only if it pays less than the new transaction; if the new transaction
 * would be queued, the evicted transaction must be queued too. A transaction of the same sender may be evicted only if
 * its nonce is later.
 *
 * @throws PoolRefusal if no remaining transaction may be evicted
 */
export function* victimsOf(
  newcomer: PooledTransaction,
  context: RoomContext,
): Generator<PooledTransaction, never> {
  const taken = new Map<SenderTransactions, number>()
  for (;;) {
    const victim = findVictim(newcomer, context, taken)
    taken.set(victim.of, 1 + (taken.get(victim.of) ?? 0))
    yield victim.transaction
  }
}

interface Candidate {
  readonly of: SenderTransactions
  readonly transaction: PooledTransaction
}

function findVictim(
  newcomer: PooledTransaction,
  { senders, baseFeePerGas, isGapped }: RoomContext,
  taken: ReadonlyMap<SenderTransactions, number>,
): Candidate {
  const compare = (left: PooledTransaction, right: PooledTransaction) =>
    comparePrices(left, right, baseFeePerGas)
  let cheapest: Candidate | undefined
  let hasOthers = false
  for (const of of senders) {
    const transaction = of.fromEnd(taken.get(of) ?? 0)
    if (transaction === undefined) continue
    const { nonce } = transaction.signed
    if (transaction.sender === newcomer.sender) {
      // A transaction of the same sender may be evicted only if its nonce is later. It need not pay less, since it
      // depends on the new transaction.
      if (nonce <= newcomer.signed.nonce) continue
    } else {
      hasOthers = true
      if (compare(transaction, newcomer) >= 0) continue
      if (isGapped && of.isPending(nonce)) continue
    }
    const order = cheapest === undefined ? -1 : compare(transaction, cheapest.transaction)
    const isLater = transaction.arrival > (cheapest?.transaction.arrival ?? -1)
    if (order < 0 || (order === 0 && isLater)) cheapest = { of, transaction }
  }
  if (cheapest !== undefined) return cheapest
  throw new PoolRefusal(hasOthers && !isGapped ? 'underpriced' : 'full')
}

/**
 * Compares the tips paid in the next block, then the fee caps, then the priority fees offered. Negative if `left` pays
 * less.
 */
function comparePrices(
  left: PooledTransaction,
  right: PooledTransaction,
  baseFeePerGas: bigint,
): number {
  const tips = effectiveTip(left, baseFeePerGas) - effectiveTip(right, baseFeePerGas)
  const feeCaps = left.signed.maxFeePerGas - right.signed.maxFeePerGas
  const ownTips = left.signed.maxPriorityFeePerGas - right.signed.maxPriorityFeePerGas
  return Number(tips || feeCaps || ownTips)
}
