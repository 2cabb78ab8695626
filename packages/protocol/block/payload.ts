import type { Address, Hash } from '#protocol/primitives.ts'

/** A payload without its transactions. Spec: exec-engine.md#engine-api; execution-apis, ExecutionPayloadV3 */
export interface PayloadHeader {
  readonly blockHash: Hash
  readonly parentHash: Hash
  readonly feeRecipient: Address
  readonly stateRoot: Hash
  readonly receiptsRoot: Hash
  /** 256 bytes. */
  readonly logsBloom: Uint8Array
  readonly prevRandao: Hash
  readonly number: bigint
  readonly gasLimit: bigint
  readonly gasUsed: bigint
  /** Unix seconds. */
  readonly timestamp: bigint
  /** At most 32 bytes. */
  readonly extraData: Uint8Array
  /** In wei; 256 bits. */
  readonly baseFeePerGas: bigint
  /** Absent before Canyon; always empty after. */
  readonly withdrawals: readonly [] | undefined
  /** Absent before Ecotone. */
  readonly blobGasUsed: bigint | undefined
  /** Absent before Ecotone. */
  readonly excessBlobGas: bigint | undefined
  /** Absent before Ecotone. A separate parameter on the Engine API, but part of the block's hash. */
  readonly parentBeaconBlockRoot: Hash | undefined
  /** Storage root of the L2ToL1MessagePasser; absent before Isthmus. */
  readonly withdrawalsRoot: Hash | undefined
}

/** A complete L2 block in the form of the Engine API. */
export interface Payload extends PayloadHeader {
  /** Typed transaction bytes in order. */
  readonly transactions: readonly Uint8Array[]
}
