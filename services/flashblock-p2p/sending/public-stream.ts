import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import type { State, Stepped } from '#services/flashblock-p2p/state.ts'

/**
 * Makes a flashblock public, unless consumers have it already. Consumers see each index once, and none without the
 * indices before, also when another builder goes on with the block.
 */
export function show(
  state: State,
  { flashblock, number }: { readonly flashblock: Flashblock; readonly number: bigint },
): Stepped {
  const { index, payloadId } = flashblock
  const { shown } = state
  const goesOn = shown?.payloadId === payloadId && index === shown.index + 1
  // A block with another payload id at the same height was built from the start.
  const begins =
    index === 0 && shown?.payloadId !== payloadId && (shown === undefined || number >= shown.number)
  if (!goesOn && !begins) return [state]
  return [
    { ...state, shown: { payloadId, number, index } },
    { kind: 'publish', number, flashblock },
  ]
}
