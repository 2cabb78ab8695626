import type { L1Block } from '#protocol/block/l1-block.ts'

/** An L1 block as derivation reads it. */
export interface SourcedL1Block {
  readonly l1: L1Block
  /** Where it comes from: file and line, or a node. */
  readonly where: string
  /** Work that went into it on another thread: its roots, its inbox, who sent what. */
  readonly workMs: number
}

/** L1 blocks in order. */
export interface L1Reader {
  /** The next; undefined after the last. */
  next(): SourcedL1Block | undefined | Promise<SourcedL1Block | undefined>
}

/** Where L1 blocks come from. */
export interface L1Source {
  /**
   * Whether all of it is in memory: who waits for a block then waits for work on it. Else it may be a file or a network, and
   * the work is told by `workMs` alone.
   */
  readonly isLoaded: boolean
  /** Reads from a block on. @throws Fault `record` if there is no such block: now, or when the first is asked for */
  open(from: bigint): Promise<L1Reader>
}
