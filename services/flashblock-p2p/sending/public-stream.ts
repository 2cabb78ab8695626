import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import { linkAfter, linkOf } from '#protocol/flashblock/link.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { State, Stepped } from '#services/flashblock-p2p/state.ts'

/** A block of which flashblocks are shown. */
interface ShownBlock {
  readonly number: bigint
  readonly parentHash: Hash
  readonly flashblocks: readonly Flashblock[]
}

/**
 * Makes a flashblock public, unless consumers have it already. Consumers see each index once, and none without the
 * indices before, also when another builder goes on with the block. If it goes on from other flashblocks than they have
 * seen, they see no more of the block.
 */
export function show(state: State, block: ShownBlock, index: number): Stepped {
  const { flashblocks, number, parentHash } = block
  const flashblock = flashblocks[index]
  if (flashblock === undefined) return [state]
  const { payloadId } = flashblock
  const { shown } = state
  const isNext = shown?.payloadId === payloadId && index === shown.index + 1
  // A block with another payload id at the same height was built from the start.
  const begins =
    index === 0 && shown?.payloadId !== payloadId && (shown === undefined || number >= shown.number)
  if (!isNext && !begins) return [state]
  const previous = linkAfter(parentHash, flashblocks.slice(0, index))
  if (isNext && previous !== shown.link) return [state]
  const link = linkOf(previous, { blockHash: flashblock.diff.blockHash, index })
  return [
    { ...state, shown: { payloadId, number, index, link } },
    { kind: 'publish', number, flashblock },
  ]
}
