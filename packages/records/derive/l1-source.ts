import type { L1Block } from '#protocol/block/l1-block.ts'

/** An L1 block as derivation reads it. */
export interface SourcedL1Block {
  readonly l1: L1Block
  /** The source: file and line, or a node. */
  readonly where: string
  /** Milliseconds for which another thread worked on the block: roots, inbox and senders. */
  readonly workMs: number
}

/** Reads L1 blocks in order. */
export interface L1Reader {
  /** Returns the next block; undefined after the last block. */
  next(): SourcedL1Block | undefined | Promise<SourcedL1Block | undefined>
}

/** A source of L1 blocks. */
export interface L1Source {
  /**
   * Whether all blocks are in memory. If so, the stopwatch of the derivation continues while derivation waits for a
   * block. Otherwise the stopwatch pauses, and the `workMs` of the block is added to its time.
   */
  readonly isLoaded: boolean
  /**
   * Opens a reader from a block on.
   *
   * @throws Fault `record` if the block is missing. A source may throw this fault at the first call of `next` instead
   */
  open(from: bigint): Promise<L1Reader>
}
