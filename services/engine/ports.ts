import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { ExecutionClient } from '#engine-api/execution-client.ts'
import type { L1Headers } from '#l1/l1-headers.ts'
import type { Lease } from '#bus/bus.ts'
import type { Service } from '#service/service.ts'
import type { KeptFlashblocks } from './flashblocks/kept-flashblocks.ts'
import type { Metrics } from './metrics.ts'

/** The parts of the process that the engine uses. */
export interface Context extends Pick<
  Service<unknown>,
  'bus' | 'clock' | 'signal' | 'log' | 'status'
> {
  readonly lease: Lease
  /** Name of this process. */
  readonly instance: string
  readonly metrics: Metrics
}

/** The outside world of the engine. */
export interface Ports extends BuildPorts {
  readonly l1: L1Refs
  readonly sync: SyncSettings
}

/** The ports that building a block needs. */
export interface BuildPorts extends ClientPorts {
  readonly flashblocks: KeptFlashblocks
}

/** The ports that concern L2. */
export interface ClientPorts {
  readonly config: RollupConfig
  readonly executionClient: ExecutionClient
}

/** The L1 data that the engine reads, to find which L2 blocks have a canonical L1 origin. */
export type L1Refs = Pick<L1Headers, 'blocksDown' | 'chainId'>

/** How an execution client without a finalized block gets the chain. */
export interface SyncSettings {
  /**
   * `cl`: every block is derived. `el`: the execution client fetches blocks from its peers, up to the highest gossiped
   * payload.
   */
  readonly mode: 'cl' | 'el'
  /** Distance of the safe head below the synced head, in seconds; used in `el` mode only. */
  readonly safeOffsetSeconds: bigint
}
