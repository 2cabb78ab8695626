import type { L1Block } from '#protocol/block/l1-block.ts'

/** An L1 block as derivation reads it. */
export interface SourcedL1Block {
  readonly l1: L1Block
  /** The source: file and line, or a node. */
  readonly where: string
  /** Milliseconds of work on another thread: roots, inbox, senders. */
  readonly workMs: number
}

/** Reads L1 blocks in order. */
export interface L1Reader {
  /** The next; undefined after the last. */
  next(): SourcedL1Block | undefined | Promise<SourcedL1Block | undefined>
}

/** A source of L1 blocks. */
export interface L1Source {
  /**
   * Whether all blocks are in memory, so that waiting for a block means waiting for work on it. For a file or a network
   * only `workMs` is counted as work.
   */
  readonly isLoaded: boolean
  /** Reads from a block on. @throws Fault `record` if there is no such block, at once or at the first read */
  open(from: bigint): Promise<L1Reader>
}
