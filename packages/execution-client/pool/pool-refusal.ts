/** geth's error texts by reason. Wallets, op-batcher and op-node search errors for these texts. */
const words = {
  'already-known': 'already known',
  'type-not-supported': 'transaction type not supported',
  malformed: 'transaction cannot be decoded',
  unprotected: 'only replay-protected (EIP-155) transactions allowed over RPC',
  oversized: 'oversized data',
  'init-code': 'max initcode size exceeded',
  'gas-cap': 'transaction gas limit too high',
  'block-gas-limit': 'exceeds block gas limit',
  'tip-above-fee-cap': 'max priority fee per gas higher than max fee per gas',
  'invalid-sender': 'invalid sender',
  'nonce-max': 'nonce has max value',
  'intrinsic-gas': 'intrinsic gas too low',
  'floor-gas': 'insufficient gas for floor data gas cost',
  'tip-too-low': 'transaction gas price below minimum',
  'nonce-too-low': 'nonce too low',
  funds: 'insufficient funds for gas * price + value',
  replacement: 'replacement transaction underpriced',
  'delegated-gap': 'gapped-nonce tx from delegated accounts',
  'delegated-limit': 'in-flight transaction limit reached for delegated accounts',
  'authority-reserved': 'authority already reserved',
  'account-limit': 'account limit exceeded',
  underpriced: 'transaction underpriced',
  full: 'txpool is full',
} as const

/** Why a transaction is refused. */
export type RefusalReason = keyof typeof words

/** Thrown for a transaction that the pool refuses. The pool has not changed. */
export class PoolRefusal extends Error {
  override readonly name = 'PoolRefusal'
  readonly reason: RefusalReason

  /** @param detail actual and expected values, appended to geth's text */
  constructor(reason: RefusalReason, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? words[reason] : `${words[reason]}: ${detail}`, options)
    this.reason = reason
  }
}
