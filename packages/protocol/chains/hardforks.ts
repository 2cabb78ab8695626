/** Hardforks of the OP Stack after Bedrock, oldest first. Spec: protocol/superchain-upgrades.md */
export const hardforkNames = [
  'regolith',
  'canyon',
  'delta',
  'ecotone',
  'fjord',
  'granite',
  'holocene',
  'isthmus',
  'jovian',
  'karst',
  'lagoon',
] as const

/** A hardfork after Bedrock. */
export type HardforkName = (typeof hardforkNames)[number]

/** When each hardfork activates, in Unix seconds of L2. A hardfork without a time is active only if a later one is. */
export type HardforkTimes = Readonly<Partial<Record<HardforkName, bigint>>>

/** Which hardforks are active. */
export type Hardforks = Readonly<Record<HardforkName, boolean>>

// Rule fork-active: A hardfork is active from its time on, and implies the earlier ones. Spec: superchain-upgrades.md, types.go
/** The hardforks that are active at an L2 timestamp. An active hardfork implies the earlier ones, which some configs omit. */
export function hardforksAt(times: HardforkTimes, timestamp: bigint): Hardforks {
  const forks: Partial<Record<HardforkName, boolean>> = {}
  let isOn = false
  for (const name of hardforkNames.toReversed()) {
    const time = times[name]
    isOn ||= time !== undefined && timestamp >= time
    forks[name] = isOn
  }
  // The loop has set every name.
  return forks as Hardforks
}
