import { DecodeError } from '#protocol/codec/decode-error.ts'
import { toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import {
  authorizationHash,
  decodeTransaction,
  type SignedTransaction,
} from '#protocol/transaction/transaction.ts'
import { recoverSigner } from '#runtime/crypto/secp256k1.ts'
import { PoolRefusal } from './pool-refusal.ts'
import { blobType, depositType } from '#protocol/transaction/transaction-types.ts'

/** A transaction in the pool. */
export interface PooledTransaction {
  readonly hash: Hash
  /** Encoded bytes. */
  readonly raw: Uint8Array
  readonly sender: Address
  readonly signed: SignedTransaction
  /** Accounts whose code the transaction sets. */
  readonly authorities: readonly Address[]
  /** Order of arrival. */
  readonly arrival: number
}

/** Maximum size of a transaction, as in geth. */
const maxTransactionBytes = 131_072

/** The hash of an encoded transaction. */
export function hashTransaction(raw: Uint8Array): Hash {
  return toHash(keccak256(raw))
}

/**
 * Decodes a transaction from a user.
 *
 * @param raw must not change afterwards, since fields of the result are views of these bytes
 * @throws PoolRefusal for deposits, blob transactions and malformed bytes
 */
export function decodeUserTransaction(raw: Uint8Array): SignedTransaction {
  const type = raw[0] ?? 0
  const isTyped = type < 0x80
  if (raw.length <= 1) throw new PoolRefusal('malformed', `${raw.length} bytes`)
  if (isTyped && type !== 1 && type !== 2 && type !== 4)
    throw new PoolRefusal(
      'type-not-supported',
      type === depositType || type === blobType ? undefined : `type ${type}`,
    )
  if (raw.length > maxTransactionBytes)
    throw new PoolRefusal(
      'oversized',
      `transaction size ${raw.length}, limit ${maxTransactionBytes}`,
    )
  try {
    return decodeTransaction(raw)
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause
    throw new PoolRefusal('malformed', cause.message, { cause })
  }
}

/** Recovers the sender of a transaction. @throws PoolRefusal if the signature is invalid for this chain */
export function senderOf({ chainId, ...signed }: SignedTransaction, ownChainId: bigint): Address {
  if (chainId !== undefined && chainId !== ownChainId)
    throw new PoolRefusal(
      'invalid-sender',
      `invalid chain id for signer: have ${chainId} want ${ownChainId}`,
    )
  const sender = recoverSigner(signed.signingHash, signed.signature)
  if (sender === undefined)
    throw new PoolRefusal('invalid-sender', 'invalid transaction v, r, s values')
  return sender
}

/** Accounts whose code a transaction sets; invalid signatures are skipped. */
export function authoritiesOf({ authorizations }: SignedTransaction): readonly Address[] {
  const signers = authorizations.map((one) => recoverSigner(authorizationHash(one), one.signature))
  return [...new Set(signers.filter((signer) => signer !== undefined))]
}

/** What a transaction pays per gas above the base fee, in wei; negative if it does not pay the base fee. */
export function effectiveTip(
  { signed }: Pick<PooledTransaction, 'signed'>,
  baseFeePerGas: bigint,
): bigint {
  const left = signed.maxFeePerGas - baseFeePerGas
  return left < signed.maxPriorityFeePerGas ? left : signed.maxPriorityFeePerGas
}
