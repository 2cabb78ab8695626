import type { L1Block } from '#protocol/block/l1-block.ts'

/** An L1 block as derivation reads it. */
export interface SourcedL1Block {
  readonly l1: L1Block
  /** The source: file and line, or a node. */
  readonly where: string
  /** Milliseconds that another thread worked on the block: roots, inbox and senders. */
  readonly workMs: number
}

/** Reads L1 blocks in order. */
export interface L1Reader {
  /** Returns the next block; undefined after the last one. */
  next(): SourcedL1Block | undefined | Promise<SourcedL1Block | undefined>
}

/** A source of L1 blocks. */
export interface L1Source {
  /**
   * Whether all blocks are in memory. If so, the stopwatch of the derivation runs on while a block is awaited.
   * Otherwise the stopwatch pauses, and the block's `workMs` is added to its time.
   */
  readonly isLoaded: boolean
  /**
   * Opens a reader from a block on.
   *
   * @throws Fault `record` if the block is missing; a source may throw it from the first call of `next` instead
   */
  open(from: bigint): Promise<L1Reader>
}
