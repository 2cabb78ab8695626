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

/** When each hardfork begins, in Unix seconds of L2; left out: never, but for what a later one implies. */
export type HardforkTimes = Readonly<Partial<Record<HardforkName, bigint>>>

/** Which hardforks are in effect. */
export type Hardforks = Readonly<Record<HardforkName, boolean>>

// Rule fork-active: A hardfork is active from its time on, and implies the earlier ones. Spec: superchain-upgrades.md, types.go
/** The hardforks in effect at an L2 timestamp. One that is in effect implies the earlier: some configs leave those out. */
export function hardforksAt(times: HardforkTimes, timestamp: bigint): Hardforks {
  const forks: Partial<Record<HardforkName, boolean>> = {}
  let isOn = false
  for (const name of hardforkNames.toReversed()) {
    const time = times[name]
    isOn ||= time !== undefined && timestamp >= time
    forks[name] = isOn
  }
  // Each name was given a value.
  return forks as Hardforks
}
