import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { ExecutionClient } from '#engine-api/execution-client.ts'

/** L1 as far as the engine has to see it: to find out which of its blocks may stay. */
export interface L1Refs {
  /** Blocks by number, `number` first and then downwards; those that L1 does not have are left out. */
  blocksDown(from: {
    readonly number: bigint
    readonly count: number
  }): Promise<readonly L1BlockRef[]>
  chainId(): Promise<bigint>
}

/** The L2 side of the world outside. */
export interface EngineClientPorts {
  readonly config: RollupConfig
  readonly executionClient: ExecutionClient
}

/** The world outside the engine. */
export interface EnginePorts extends EngineClientPorts {
  readonly l1: L1Refs
  readonly sync: SyncSettings
}

/** How an empty execution client comes to the chain. */
export interface SyncSettings {
  /** `cl`: each block is derived. `el`: it fetches them from its own peers, up to the first payload that is gossiped. */
  readonly mode: 'cl' | 'el'
  /** How far below the head that it synced to the safe head is, in seconds; in `el` mode only. */
  readonly safeOffsetSeconds: bigint
}
