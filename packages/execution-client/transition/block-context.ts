import type { Address, Hash } from '#protocol/primitives.ts'
import type { Deposit } from '#protocol/transaction/deposit.ts'
import type { SignedTransaction } from '#protocol/transaction/transaction.ts'
import type { ExecutionConfig } from './execution-config.ts'
import type { Receipt } from './receipt.ts'

/** Context of a block. */
export interface BlockContext {
  readonly config: ExecutionConfig
  readonly number: bigint
  /** Unix seconds. */
  readonly timestamp: bigint
  /** Timestamp of the parent, in Unix seconds. */
  readonly parentTimestamp: bigint
  readonly feeRecipient: Address
  readonly prevRandao: Hash
  readonly gasLimit: bigint
  readonly baseFeePerGas: bigint
}

/** An executed transaction. */
export interface ExecutedTransaction {
  readonly raw: Uint8Array
  readonly sender: Address
  /** Absent for a deposit. */
  readonly signed: SignedTransaction | undefined
  readonly deposit: Deposit | undefined
  readonly receipt: Receipt
}
