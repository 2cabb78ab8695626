// When a sequencer builds and seals its blocks. Source: op-node, rollup/sequencing/sequencer.go

/** How long before the timestamp of a block its sealing starts. As in op-node. */
export const defaultSealingMs = 50

/** What decides when the building of a block starts. */
export interface BlockStart {
  /** Unix seconds. */
  readonly parentTimestamp: bigint
  /** The clock, in Unix milliseconds. */
  readonly nowMs: number
}

/**
 * When the building of the parent's child starts, in Unix milliseconds: at the timestamp of the parent, which is one
 * block time before the timestamp of the child. If this time has passed, building starts now. So the chain is at most
 * one block ahead of the clock.
 * Source: op-node, rollup/sequencing/sequencer.go
 */
export function startAtMs({ parentTimestamp, nowMs }: BlockStart): number {
  return Math.max(toMs(parentTimestamp), nowMs)
}

/** What decides when a block is sealed. */
export interface BlockSeal {
  /** Of the block that is built, in Unix seconds. */
  readonly timestamp: bigint
  /** The clock, in Unix milliseconds. */
  readonly nowMs: number
  /** How long before the timestamp the sealing starts. */
  readonly sealingMs: number
}

/**
 * When a block is sealed, in Unix milliseconds. A late block is sealed now, so that the chain catches up with the
 * clock.
 * Source: op-node, rollup/sequencing/sequencer.go
 */
export function sealAtMs({ timestamp, nowMs, sealingMs }: BlockSeal): number {
  return Math.max(toMs(timestamp) - sealingMs, nowMs)
}

function toMs(seconds: bigint): number {
  return Number(seconds) * 1_000
}

/** Numbers of the heads, and the limit on their distance. */
export interface SafeLag {
  readonly unsafe: bigint
  readonly safe: bigint
  /** In L2 blocks; 0 for no limit. */
  readonly maxSafeLag: bigint
}

/**
 * Whether the safe head is so far behind that no block may be built.
 * Source: op-node, rollup/sequencing/sequencer.go
 */
export function isLagging({ unsafe, safe, maxSafeLag }: SafeLag): boolean {
  return maxSafeLag > 0n && safe + maxSafeLag <= unsafe
}
