import { type HardforkName, hardforkNames, type HardforkTimes } from '#protocol/chains/hardforks.ts'
import { Fault } from '#runtime/fault.ts'

/** The newest hardfork of a devnet, unless a later one is named. */
const newest: HardforkName = 'karst'

/**
 * The seconds from the first block to each hardfork. A hardfork that is not named activates with the one before it, and
 * hardforks before the first named one are active from the first block on.
 *
 * @param texts such as `jovian=20`
 * @throws Fault `settings` if a hardfork would activate before an earlier one
 */
export function forkOffsetsOf(texts: readonly string[]): HardforkTimes {
  const given = new Map(texts.map((text) => text.split('=') as [string, string]))
  const named = hardforkNames.findLastIndex((name) => given.has(name))
  const last = Math.max(named, hardforkNames.indexOf(newest))
  const offsets: Partial<Record<HardforkName, bigint>> = {}
  let before = 0n
  for (const name of hardforkNames.slice(0, last + 1)) {
    const offset = BigInt(given.get(name) ?? before)
    if (offset < before) {
      const detail = `--fork-offsets: ${name} would activate before an earlier hardfork`
      throw new Fault('settings', { detail })
    }
    offsets[name] = offset
    before = offset
  }
  return offsets
}
