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

/** A transaction that waits for a block. */
export interface PooledTransaction {
  readonly hash: Hash
  /** As it stands in a block. */
  readonly raw: Uint8Array
  readonly sender: Address
  readonly signed: SignedTransaction
  /** Accounts that it sets the code of. */
  readonly authorities: readonly Address[]
  /** Counts up: the larger came later. */
  readonly arrival: number
}

/** Bytes of a transaction, at most: as geth has it. */
const maxTransactionBytes = 131_072

/** The hash of a transaction as it stands in a block. */
export function hashTransaction(raw: Uint8Array): Hash {
  return toHash(keccak256(raw))
}

/**
 * Decodes what a user sends.
 *
 * @param raw kept: the data of the result are views of it
 * @throws PoolRefusal for deposits, blobs and what is no transaction
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

/** @throws PoolRefusal if nobody of this chain has signed it */
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

/** Accounts that a transaction sets the code of; signatures that are void are passed over. */
export function authoritiesOf({ authorizations }: SignedTransaction): readonly Address[] {
  const signers = authorizations.map((one) => recoverSigner(authorizationHash(one), one.signature))
  return [...new Set(signers.filter((signer) => signer !== undefined))]
}

/** What a transaction pays a block for each gas beside the base fee, in wei; below zero if it cannot be in it. */
export function effectiveTip(
  { signed }: Pick<PooledTransaction, 'signed'>,
  baseFeePerGas: bigint,
): bigint {
  const left = signed.maxFeePerGas - baseFeePerGas
  return left < signed.maxPriorityFeePerGas ? left : signed.maxPriorityFeePerGas
}
