import type { SignedTransaction } from '#protocol/transaction/transaction.ts'
import { PoolRefusal } from './pool-refusal.ts'
import type { SenderTransactions } from './sender-transactions.ts'

/** What a replacement pays at least, in percent of what is replaced. */
const replacementPercent = 110n

/**
 * A sender pays for a transaction, and for it together with those that are pending.
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
 * An account whose code is set, or is about to be, has one transaction at a time: somebody else may spend what it has, and
 * then a long row of them would be void at once.
 *
 * @throws PoolRefusal
 */
export function checkDelegated(nonce: bigint, own: SenderTransactions): void {
  if (own.pendingCount === 0 && nonce !== own.nextNonce) throw new PoolRefusal('delegated-gap')
  if (own.pendingCount > 0 && !own.isPending(nonce)) throw new PoolRefusal('delegated-limit')
}

/** Whether a transaction may replace another: both prices are above the old ones, by a tenth at least. */
export function isWorthMore(signed: SignedTransaction, replaced: SignedTransaction): boolean {
  const isAbove = (price: bigint, old: bigint) =>
    price > old && price >= (old * replacementPercent) / 100n
  return (
    isAbove(signed.maxFeePerGas, replaced.maxFeePerGas) &&
    isAbove(signed.maxPriorityFeePerGas, replaced.maxPriorityFeePerGas)
  )
}
