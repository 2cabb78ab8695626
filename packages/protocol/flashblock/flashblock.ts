import type { Address, Bytes8, Hash } from '#protocol/primitives.ts'

/** A part of a block that is being built: an index, and what this index adds. Source: op-rbuilder, crates/p2p; specs, protocol/flashblocks.md */
export interface Flashblock {
  /** The builder's payload id; the same for all indices of a block. */
  readonly payloadId: Bytes8
  /** Position within the block, from 0. */
  readonly index: number
  /** Present at index 0 only. */
  readonly base: FlashblockBase | undefined
  readonly diff: FlashblockDiff
}

/** The header fields that are known before a block has transactions: `ExecutionPayloadBaseV1`. */
export interface FlashblockBase {
  readonly parentBeaconBlockRoot: Hash
  readonly parentHash: Hash
  readonly feeRecipient: Address
  readonly prevRandao: Hash
  readonly number: bigint
  readonly gasLimit: bigint
  /** Unix seconds. */
  readonly timestamp: bigint
  readonly extraData: Uint8Array
  /** In wei; 256 bits. */
  readonly baseFeePerGas: bigint
}

/**
 * What an index adds: `ExecutionPayloadFlashblockDeltaV1`. The transactions are new; all other fields are results of the
 * whole block up to this index.
 */
export interface FlashblockDiff {
  /** All zero if the builder computes no state root. */
  readonly stateRoot: Hash
  readonly receiptsRoot: Hash
  /** 256 bytes. */
  readonly logsBloom: Uint8Array
  readonly gasUsed: bigint
  /** Hash of the block up to this index; all zero in a stream without block hashes. */
  readonly blockHash: Hash
  /** Typed transaction bytes that no earlier index has. */
  readonly transactions: readonly Uint8Array[]
  /** Storage root of the L2ToL1MessagePasser; all zero before Isthmus, and in a stream without block hashes. */
  readonly withdrawalsRoot: Hash
  /** Absent or 0 before Jovian, then the DA footprint. */
  readonly blobGasUsed: bigint | undefined
  /** Post-exec transaction of the block up to this index (Lagoon); it replaces that of the index before. */
  readonly postExecTransaction?: Uint8Array | undefined
}

/** The value of a root or hash that a builder did not compute. */
export const notComputed = `0x${'00'.repeat(32)}` as Hash

/** Whether a builder has computed the state root of a flashblock or block, so that its block hash is right. */
export function hasRoots({ stateRoot }: Pick<FlashblockDiff, 'stateRoot'>): boolean {
  return stateRoot !== notComputed
}
