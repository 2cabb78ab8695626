import type { Payload } from '#protocol/block/payload.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { Sealed } from '#services/sequencer/state.ts'

/** Limits on the blocks that are remembered, as in the engine's queue of unsafe blocks. */
export const maxMade = { blocks: 512, bytes: 64 * 2 ** 20 } as const

/** Remembers a block from its commit on, the newest last. Beyond the limits, the oldest blocks are forgotten. */
export function withMade(made: readonly Sealed[], sealed: Sealed): readonly Sealed[] {
  const next = [...withoutMade(made, sealed.payload.blockHash), sealed]
  let bytes = next.reduce((sum, each) => sum + sizeOf(each), 0)
  let first = 0
  for (const each of next) {
    const isTooMuch = next.length - first > maxMade.blocks || bytes > maxMade.bytes
    if (!isTooMuch) break
    bytes -= sizeOf(each)
    first++
  }
  return next.slice(first)
}

/** Forgets a block. */
export function withoutMade(made: readonly Sealed[], hash: Hash): readonly Sealed[] {
  return made.filter(({ payload }) => payload.blockHash !== hash)
}

/** The block that was made on a parent; undefined if there is no such block. */
export function madeOn(made: readonly Sealed[], parent: Hash): Sealed | undefined {
  return made.findLast(({ payload }) => payload.parentHash === parent)
}

/** Sizes of remembered blocks, since a block may have thousands of transactions. */
const sizes = new WeakMap<Payload, number>()

/** Approximate memory of a block. */
function sizeOf({ payload }: Sealed): number {
  const known = sizes.get(payload)
  if (known !== undefined) return known
  const size = payload.transactions.reduce((sum, { length }) => sum + length + 24, 1_000)
  sizes.set(payload, size)
  return size
}
