import type { SignedTransaction } from '#protocol/transaction/transaction.ts'
import { PoolRefusal } from './pool-refusal.ts'
import type { SenderTransactions } from './sender-transactions.ts'

/** Minimum price of a replacement, in percent of the replaced transaction. */
const replacementPercent = 110n

/**
 * Checks that the sender can pay for a transaction together with all of the sender's pending transactions.
 *
 * @throws PoolRefusal
 */
export function checkFunds(
  {
    nonce,
    cost,
    balance,
  }: { readonly nonce: bigint; readonly cost: bigint; readonly balance: bigint },
  own: SenderTransactions,
): void {
  if (balance < cost)
    throw new PoolRefusal(
      'funds',
      `balance ${balance}, tx cost ${cost}, overshot ${cost - balance}`,
    )
  const spent = own.pendingCost
  const replaced = own.isPending(nonce) ? own.find(nonce) : undefined
  const more = cost - (replaced?.cost ?? 0n)
  const overshot = spent + more - balance
  if (overshot <= 0n) return
  const what = replaced === undefined ? `tx cost ${cost}` : `tx bumped ${more}`
  const detail = `balance ${balance}, queued cost ${spent}, ${what}, overshot ${overshot}`
  throw new PoolRefusal('funds', detail)
}

/**
 * Checks the limit for an account with delegated code: one transaction, without a nonce gap. The limit also applies if
 * a transaction in the pool delegates the account. Other accounts can spend the balance of a delegated account, and so
 * invalidate all of its pending transactions at once.
 *
 * @throws PoolRefusal
 */
export function checkDelegated(nonce: bigint, own: SenderTransactions): void {
  if (own.pendingCount === 0 && nonce !== own.nextNonce) throw new PoolRefusal('delegated-gap')
  if (own.pendingCount > 0 && !own.isPending(nonce)) throw new PoolRefusal('delegated-limit')
}

/** Whether a transaction may replace another: both prices must be at least a tenth higher. */
export function isWorthMore(signed: SignedTransaction, replaced: SignedTransaction): boolean {
  const isAbove = (price: bigint, old: bigint) =>
    price > old && price >= (old * replacementPercent) / 100n
  return (
    isAbove(signed.maxFeePerGas, replaced.maxFeePerGas) &&
    isAbove(signed.maxPriorityFeePerGas, replaced.maxPriorityFeePerGas)
  )
}
