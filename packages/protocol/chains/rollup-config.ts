import type { BlockId } from '#protocol/block/refs.ts'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import type { Address } from '#protocol/primitives.ts'
import type { HardforkTimes } from './hardforks.ts'

/** The fixed parameters of a rollup. Times are Unix seconds. Spec: protocol/configurability.md */
export interface RollupConfig {
  readonly genesis: RollupGenesis
  /** Seconds between L2 blocks. */
  readonly blockTime: bigint
  /** Seconds; from Fjord on a constant replaces it. */
  readonly maxSequencerDrift: bigint
  /** In L1 blocks. */
  readonly sequencingWindow: bigint
  /** In L1 blocks; from Granite on a constant replaces it. */
  readonly channelTimeout: bigint
  readonly l1ChainId: bigint
  readonly l2ChainId: bigint
  readonly hardforkTimes: HardforkTimes
  readonly batchInboxAddress: Address
  readonly depositContractAddress: Address
  readonly l1SystemConfigAddress: Address
  readonly eip1559: {
    readonly elasticity: bigint
    readonly denominator: bigint
    readonly denominatorCanyon: bigint
  }
  /** Whether the gas limit keeps the gas that was added for Karst's upgrade transactions. */
  readonly keepsKarstUpgradeGas: boolean
  /** Whether the dependency set has more than one chain. The first block of Lagoon depends on this. */
  readonly hasInteropPeers: boolean
  /** Until this time the blob base fee is computed as in Cancun. */
  readonly pectraBlobScheduleTime: bigint | undefined
  /** Blob schedule of the L1, oldest first. */
  readonly l1BlobSchedule: readonly BlobFork[]
}

/** The genesis of a rollup. */
export interface RollupGenesis {
  /** Batches are read only from L1 blocks after this block. */
  readonly l1: BlockId
  readonly l2: BlockId
  readonly l2Timestamp: bigint
  readonly systemConfig: SystemConfig
}

/** The update fraction of the blob base fee from an L1 timestamp on. Spec: EIP-4844, EIP-7892 */
export interface BlobFork {
  readonly timestamp: bigint
  readonly baseFeeUpdateFraction: bigint
}
