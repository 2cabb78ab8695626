import type { FetchL1BlockRequest } from '#messages/fetch-l1-block.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { Address } from '#protocol/primitives.ts'

/** L1 as da-watcher knows it: several nodes behind one face, and nothing that was not checked. */
export interface L1Source {
  /** The heads now. @throws Fault `temporary` that says who was asked and what was wrong */
  heads(): Promise<L1Heads>
  /** Calls back when there may be a new head, until the returned function is called. */
  onHead?(announce: () => void): () => void
  /**
   * The canonical block of a number, or the block of a hash; with the blobs of the batchers that `batchersOf` names.
   *
   * @returns undefined if there is none; one with another parent than was asked for is returned as it is
   * @throws Fault `temporary` that says who was asked and what was wrong
   */
  fetchBlock(wanted: FetchL1BlockRequest): Promise<L1Block | undefined>
  /** Who signs unsafe blocks, by the state after an L1 block. @throws Fault `temporary` as above */
  fetchUnsafeBlockSigner(at: L1BlockRef): Promise<Address>
}
