import type { SignedTransaction } from '#protocol/transaction/transaction.ts'
import { floorGas, intrinsicGas, maxInitCodeBytes } from '#execution-client/transition/gas.ts'
import { PoolRefusal } from './pool-refusal.ts'
import type { PoolView } from './pool-view.ts'

/** Operator settings for accepted transactions. */
export interface PoolPolicy {
  /** Minimum tip, in wei. */
  readonly minTip: bigint
  /** Whether legacy transactions without a chain id are refused, since they are valid on other chains too. */
  readonly requiresReplayProtection: boolean
}

/** Gas reserved for the L1 attributes deposit of a block. */
const l1AttributesGas = 70_000n

const maxNonce = 2n ** 64n - 1n

/** Maximum gas of a transaction. */
export function mostGas({ gasLimit, maxTransactionGas }: PoolView): bigint {
  const left = gasLimit > l1AttributesGas ? gasLimit - l1AttributesGas : 0n
  return maxTransactionGas !== undefined && maxTransactionGas < left ? maxTransactionGas : left
}

/**
 * Checks that do not depend on an account, in the order of op-geth's `ValidateTransaction`.
 *
 * @throws PoolRefusal
 */
export function checkTransaction(
  signed: SignedTransaction,
  view: PoolView,
  { minTip, requiresReplayProtection }: PoolPolicy,
): void {
  const { type, chainId, to, data, nonce, maxFeePerGas, maxPriorityFeePerGas } = signed
  if (requiresReplayProtection && chainId === undefined) throw new PoolRefusal('unprotected')
  if (type === 4 && !view.forks.isthmus)
    throw new PoolRefusal('type-not-supported', 'type 4 rejected, pool not yet in Prague')
  if (to === undefined && view.forks.canyon && data.length > maxInitCodeBytes)
    throw new PoolRefusal('init-code', `code size ${data.length} limit ${maxInitCodeBytes}`)
  checkMostGas(signed, view)
  if (maxFeePerGas < maxPriorityFeePerGas) throw new PoolRefusal('tip-above-fee-cap')
  if (nonce === maxNonce) throw new PoolRefusal('nonce-max')
  checkLeastGas(signed, view)
  if (maxPriorityFeePerGas < minTip)
    throw new PoolRefusal(
      'tip-too-low',
      `gas tip cap ${maxPriorityFeePerGas}, minimum needed ${minTip}`,
    )
}

function checkMostGas({ gasLimit }: SignedTransaction, view: PoolView): void {
  const { maxTransactionGas: cap } = view
  if (cap !== undefined && gasLimit > cap)
    throw new PoolRefusal('gas-cap', `cap ${cap}, tx ${gasLimit}`)
  if (gasLimit > mostGas(view)) throw new PoolRefusal('block-gas-limit')
}

function checkLeastGas(signed: SignedTransaction, { forks }: PoolView): void {
  const { gasLimit, data, to, accessList } = signed
  const charged = { data, isCreation: to === undefined, accessList }
  const authorizations = signed.authorizations.length
  const intrinsic = intrinsicGas({ ...charged, authorizations }, forks)
  const short = (least: bigint) => `gas ${gasLimit}, minimum needed ${least}`
  if (gasLimit < intrinsic) throw new PoolRefusal('intrinsic-gas', short(intrinsic))
  const floor = floorGas(data, forks)
  if (gasLimit < floor) throw new PoolRefusal('floor-gas', short(floor))
}
