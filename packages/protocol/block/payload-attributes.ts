import type { Address, Bytes8, Hash } from '#protocol/primitives.ts'

/** Inputs for building a block. Spec: exec-engine.md#extended-payloadattributesv3 */
export interface PayloadAttributes {
  /** Unix seconds. */
  readonly timestamp: bigint
  readonly prevRandao: Hash
  readonly suggestedFeeRecipient: Address
  /** Absent before Canyon; always empty after. */
  readonly withdrawals: readonly [] | undefined
  /** Absent before Ecotone. */
  readonly parentBeaconBlockRoot: Hash | undefined
  /** Typed transaction bytes in order; the first is the L1 attributes deposit. */
  readonly transactions: readonly Uint8Array[]
  /** Whether the block must have no transactions other than `transactions`. */
  readonly noTxPool: boolean
  readonly gasLimit: bigint
  /** Absent before Holocene. */
  readonly eip1559Params: Bytes8 | undefined
  /** In wei; absent before Jovian. */
  readonly minBaseFee: bigint | undefined
}
