import type { FlashblockSlots } from '#messages/start-building.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { Lease } from '#bus/bus.ts'
import type { Service } from '#service/service.ts'
import type { Builder } from './builders/builder.ts'
import type { Metrics } from './metrics.ts'

/** The parts of the process that the sequencer uses. */
export interface Context extends Pick<
  Service<unknown>,
  'bus' | 'clock' | 'signal' | 'log' | 'status'
> {
  readonly metrics: Metrics
  /**
   * Checked before each block leaves the process, so that two instances never publish different blocks of one height.
   */
  readonly lease: Pick<Lease, 'guard'>
}

/** The outside world of the sequencer, and its settings. */
export interface Ports {
  readonly config: RollupConfig
  /** Undefined without op-conductor. */
  readonly conductor: Conductor | undefined
  readonly activityFile: ActivityFile | undefined
  readonly sealedFile: SealedFile | undefined
  /** Builds blocks beside the local execution client; undefined without a builder. */
  readonly foreign: ForeignPort | undefined
  readonly settings: SequencerSettings
}

/** A builder, and its limit. */
export interface ForeignPort {
  readonly builder: Builder
  /** Time after the seal time within which a block of the builder must arrive and be executed. */
  readonly timeoutMs: number
}

/** Settings that decisions depend on. */
export interface SequencerSettings {
  /** Whether the sequencer is stopped at the start of the process. The value in the activity file takes precedence. */
  readonly isStopped: boolean
  readonly isRecovering: boolean
  /** Number of L1 blocks that L1 must have on top of an L1 origin. */
  readonly confirmationDepth: bigint
  /** In blocks; 0: no limit. */
  readonly maxSafeLag: bigint
  /** How long before its timestamp a block is sealed. */
  readonly sealingMs: number
  /** When the parts of a block are published while it is built; undefined if blocks are not published in parts. */
  readonly flashblocks?: FlashblockSlots | undefined
}

/** The op-conductor of this node. Each call throws a Fault or a JsonRpcError. */
export interface Conductor {
  isLeader(): Promise<boolean>
  /** Stores a block in the log of all conductors. A block may be published only after it is stored. */
  commit(payload: Payload): Promise<void>
}

/** Whether the sequencer was started, kept over restarts. */
export interface ActivityFile {
  /** Undefined if nothing was stored. */
  load(): Promise<boolean | undefined>
  store(isStarted: boolean): Promise<void>
}

/** The last block that may have been published, kept over restarts. */
export interface SealedFile {
  /** Undefined if there is no usable block. */
  load(): Promise<Payload | undefined>
  store(payload: Payload): Promise<void>
}
