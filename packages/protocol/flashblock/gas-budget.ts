import type { Payload } from '#protocol/block/payload.ts'
import { decodeDeposit } from '#protocol/transaction/deposit.ts'
import { decodeTransaction } from '#protocol/transaction/transaction.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'
import { prefixOf } from './proposal.ts'

/** The part of a block's gas that is left for the next index. */
export interface GasShare {
  /** Gas limit of the block. */
  readonly gasLimit: bigint
  /** The next index, from 1 on: index 0 has the deposits only. */
  readonly index: number
  /** The last index of the block. */
  readonly lastIndex: number
  /** What {@link sufficientGasLimit} returns for the prefix that the block goes on from. */
  readonly sufficient: bigint
}

/**
 * The gas that a block may have used after an index: each index has an equal share, and what an index does not use is
 * left for the next one. So one burst of transactions does not take the whole block, and the last index still has gas.
 * Source: op-rbuilder, builder/payload.rs
 */
export function gasBudget({ gasLimit, index, lastIndex, sufficient }: GasShare): bigint {
  const share = (gasLimit * BigInt(index)) / BigInt(lastIndex)
  const budget = share > sufficient ? share : sufficient
  return budget < gasLimit ? budget : gasLimit
}

/**
 * A gas limit with which an execution client can execute a prefix. A transaction is executed only if its whole
 * gas limit is left, although it may use less. From Jovian on, the data availability footprint must fit too.
 */
export function sufficientGasLimit(prefix: Payload): bigint {
  const limits = prefixOf(prefix).map(gasLimitOf)
  const largest = limits.reduce((most, limit) => (limit > most ? limit : most), 0n)
  const least = prefix.gasUsed + largest
  const footprint = prefix.blobGasUsed ?? 0n
  return least > footprint ? least : footprint
}

/** Gas limit of a transaction or a deposit. @throws DecodeError if it is malformed */
export function gasLimitOf(raw: Uint8Array): bigint {
  return raw[0] === depositType ? decodeDeposit(raw).gas : decodeTransaction(raw).gasLimit
}
