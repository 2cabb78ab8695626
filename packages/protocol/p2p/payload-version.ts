import { isActive } from '#protocol/chains/chain-spec.ts'
import { hardforkNames, type HardforkName } from '#protocol/chains/hardforks.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'

/**
 * Version of the encoding of payloads on gossip. Each version has its own topic. Spec: rollup-node-p2p.md#gossip-topics
 */
export type PayloadVersion = 1 | 2 | 3 | 4

/** All versions, oldest first. */
export const payloadVersions: readonly PayloadVersion[] = [1, 2, 3, 4]

/** The hardfork from which on a version is in use, newest first. Version 1 is in use from Bedrock on. */
const versionForks: readonly (readonly [PayloadVersion, HardforkName])[] = [
  [4, 'isthmus'],
  [3, 'ecotone'],
  [2, 'canyon'],
]

/** The version of blocks with this timestamp. */
export function payloadVersionAt(config: RollupConfig, timestamp: bigint): PayloadVersion {
  const found = versionForks.find(([, fork]) => isActive(config, fork, timestamp))
  return found?.[0] ?? 1
}

/** A change of the version. */
export interface VersionSwitch {
  /** Time of the fork, in Unix seconds: blocks from then on have the new version. */
  readonly timestamp: bigint
  readonly version: PayloadVersion
}

/** The first change of the version after a timestamp; undefined if no hardfork that changes it is scheduled. */
export function nextVersionSwitch(
  config: RollupConfig,
  timestamp: bigint,
): VersionSwitch | undefined {
  const current = payloadVersionAt(config, timestamp)
  const times = hardforkNames
    .map((name) => config.hardforkTimes[name])
    .filter((time) => time !== undefined && time > timestamp)
  // An active hardfork activates all earlier ones, so the times need not be in order.
  let next: VersionSwitch | undefined
  for (const time of times) {
    if (time === undefined || (next !== undefined && time >= next.timestamp)) continue
    const version = payloadVersionAt(config, time)
    if (version !== current) next = { timestamp: time, version }
  }
  return next
}
