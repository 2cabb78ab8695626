import type { ChainState } from '#messages/chain-state.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { ForkchoiceHeads } from '#engine-api/execution-client.ts'

/** The heads of the L2 chain. All but `backupUnsafe` are on one chain, `finalized` lowest and `unsafe` highest. */
export interface Heads extends Pick<
  ChainState,
  'unsafe' | 'safe' | 'finalized' | 'localSafe' | 'pendingSafe'
> {
  /**
   * The unsafe head that a derived block replaced. This head is restored if the span of the derived block is dropped.
   */
  readonly backupUnsafe: L2BlockRef | undefined
}

/** The heads at the start of a generation. */
export type StartHeads = Pick<ChainState, 'unsafe' | 'safe' | 'finalized'>

/** All heads of a new generation. */
export function headsAtStart({ unsafe, safe, finalized }: StartHeads): Heads {
  return { unsafe, safe, finalized, localSafe: safe, pendingSafe: safe, backupUnsafe: undefined }
}

/** A block of the safe chain, and how it was added. */
export interface DerivedBlock {
  readonly block: L2BlockRef
  /** Whether the engine built the block. A built block replaces the unsafe block of its number. */
  readonly isNew: boolean
  /** Whether the block is the last one of its span. The blocks of a span become safe together with the last one. */
  readonly concludesBatch: boolean
}

/** Heads after the next block of the safe chain. */
export function headsAfter(heads: Heads, { block, isNew, concludesBatch }: DerivedBlock): Heads {
  const isReorg = isNew && heads.unsafe.number >= block.number
  const unsafe = isNew ? block : heads.unsafe
  const safe = concludesBatch ? block : heads.safe
  const backupUnsafe = isReorg ? heads.unsafe : heads.backupUnsafe
  const isSettled = unsafe.hash === safe.hash
  return {
    unsafe,
    safe,
    finalized: heads.finalized,
    localSafe: safe,
    pendingSafe: block,
    backupUnsafe: isSettled ? undefined : backupUnsafe,
  }
}

/** The heads as arguments of forkchoiceUpdated. */
export function toForkchoice({ unsafe, safe, finalized }: StartHeads): ForkchoiceHeads {
  return { head: unsafe.hash, safe: safe.hash, finalized: finalized.hash }
}
