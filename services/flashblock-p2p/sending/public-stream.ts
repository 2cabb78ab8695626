import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import { linkAfter, linkOf } from '#protocol/flashblock/link.ts'
import type { Bytes8, Hash } from '#protocol/primitives.ts'
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
  const abandoned = abandonedAt(number, shown)
  if (!isNext && !(index === 0 && mayBegin({ number, payloadId }, shown))) return [state]
  const previous = linkAfter(parentHash, flashblocks.slice(0, index))
  if (isNext && previous !== shown.link) return [state]
  const link = linkOf(previous, { blockHash: flashblock.diff.blockHash, index })
  return [
    {
      ...state,
      shown: { payloadId, number, index, link, abandoned: isNext ? shown.abandoned : abandoned },
    },
    { kind: 'publish', number, flashblock },
  ]
}

/** Limit on the payload ids of one height that are shown. More would be the work of a builder that contradicts itself. */
export const maxShownIds = 8

/** Whether a block may be shown from the start: it is higher than the shown one, or was built again at its height. */
function mayBegin(
  { number, payloadId }: Pick<ShownBlock, 'number'> & { readonly payloadId: Bytes8 },
  shown: State['shown'],
): boolean {
  if (shown === undefined || number > shown.number) return true
  const abandoned = abandonedAt(number, shown)
  return number === shown.number && abandoned.length < maxShownIds && !abandoned.includes(payloadId)
}

/** The payload ids of a height that consumers have seen. */
function abandonedAt(number: bigint, shown: State['shown']): readonly Bytes8[] {
  return shown?.number === number ? [...shown.abandoned, shown.payloadId] : []
}
