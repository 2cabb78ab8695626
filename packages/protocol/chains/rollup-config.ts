import type { BlockId } from '#protocol/block/refs.ts'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import type { Address } from '#protocol/primitives.ts'
import type { HardforkTimes } from './hardforks.ts'

/** What makes a rollup the one it is. Times are Unix seconds. Spec: protocol/configurability.md */
export interface RollupConfig {
  readonly genesis: RollupGenesis
  /** Seconds between L2 blocks. */
  readonly blockTime: bigint
  /** Seconds; a constant takes its place from Fjord on. */
  readonly maxSequencerDrift: bigint
  /** In L1 blocks. */
  readonly sequencingWindow: bigint
  /** In L1 blocks; a constant takes its place from Granite on. */
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
  /** Whether the gas that Karst's upgrade transactions were given stays in the gas limit. */
  readonly keepsKarstUpgradeGas: boolean
  /** Whether the chain can call others: its dependency set has more than one chain. Lagoon's first block depends on it. */
  readonly hasInteropPeers: boolean
  /** Before it, what L1 charges for blobs is reckoned as in Cancun. */
  readonly pectraBlobScheduleTime: bigint | undefined
  /** How L1 reckons what a blob costs, oldest first. */
  readonly l1BlobSchedule: readonly BlobFork[]
}

/** Where a rollup begins. */
export interface RollupGenesis {
  /** Nothing is derived from it, only from the blocks after it. */
  readonly l1: BlockId
  readonly l2: BlockId
  readonly l2Timestamp: bigint
  readonly systemConfig: SystemConfig
}

/** From an L1 timestamp on, the update fraction of the blob base fee. Spec: EIP-4844, EIP-7892 */
export interface BlobFork {
  readonly timestamp: bigint
  readonly baseFeeUpdateFraction: bigint
}
