import { type HardforkName, hardforkNames, type Hardforks } from '#protocol/chains/hardforks.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'

/** Versions of the methods of the Engine API that a block of some time needs. */
export interface MethodVersions {
  readonly newPayload: 2 | 3 | 4
  /** With attributes; without, any version will do. */
  readonly forkchoiceUpdated: 1 | 2 | 3
  readonly getPayload: 2 | 3 | 4 | 5
}

/** The versions for a block of a timestamp. Spec: exec-engine.md#engine-api; getPayloadV5 from Karst on is op-node's */
export function methodVersions(config: RollupConfig, timestamp: bigint): MethodVersions {
  return versionsWith((fork) => isActive(config, fork, timestamp))
}

function versionsWith(has: (fork: HardforkName) => boolean): MethodVersions {
  if (has('karst')) return { newPayload: 4, forkchoiceUpdated: 3, getPayload: 5 }
  if (has('isthmus')) return { newPayload: 4, forkchoiceUpdated: 3, getPayload: 4 }
  if (has('ecotone')) return { newPayload: 3, forkchoiceUpdated: 3, getPayload: 3 }
  if (has('canyon')) return { newPayload: 2, forkchoiceUpdated: 2, getPayload: 2 }
  return { newPayload: 2, forkchoiceUpdated: 1, getPayload: 2 }
}

/** A hardfork that an execution client cannot follow, for want of methods. */
export interface ForkGap {
  readonly fork: HardforkName
  /** Unix seconds. */
  readonly startsAt: bigint
  readonly missing: readonly string[]
}

/**
 * The hardforks that are in effect or to come and need methods which an execution client does not have, the soonest first.
 * Of those in effect, only the last: the others are over.
 */
export function forkGaps(
  config: RollupConfig,
  capabilities: readonly string[],
  nowSeconds: bigint,
): readonly ForkGap[] {
  const known = new Set(capabilities)
  const gaps: ForkGap[] = []
  const seen = new Set<string>()
  const inEffect = hardforkNames.findLast(
    (fork) => (config.hardforkTimes[fork] ?? nowSeconds + 1n) <= nowSeconds,
  )
  for (const fork of hardforkNames) {
    const startsAt = config.hardforkTimes[fork]
    if (startsAt === undefined || (startsAt <= nowSeconds && fork !== inEffect)) continue
    const forks = upTo(fork)
    const missing = methodsOf(versionsWith((name) => forks[name])).filter(
      (method) => !known.has(method) && !seen.has(method),
    )
    for (const method of missing) seen.add(method)
    if (missing.length > 0) gaps.push({ fork, startsAt, missing })
  }
  return gaps
}

/** All methods that a version of the node may call. */
export const allMethods: readonly string[] = [
  ...new Set(hardforkNames.flatMap((fork) => methodsOf(versionsWith((name) => upTo(fork)[name])))),
]

function upTo(last: HardforkName): Hardforks {
  const at = hardforkNames.indexOf(last)
  // Each name is given a value.
  return Object.fromEntries(hardforkNames.map((name, index) => [name, index <= at])) as Hardforks
}

function methodsOf({
  newPayload,
  forkchoiceUpdated,
  getPayload,
}: MethodVersions): readonly string[] {
  return [
    `engine_newPayloadV${newPayload}`,
    `engine_forkchoiceUpdatedV${forkchoiceUpdated}`,
    `engine_getPayloadV${getPayload}`,
  ]
}

const secondsPerDay = 86_400n

/** What an operator is told of a gap. */
export function describeForkGap({ fork, startsAt, missing }: ForkGap, nowSeconds: bigint): string {
  const days =
    (startsAt > nowSeconds ? startsAt - nowSeconds : nowSeconds - startsAt) / secondsPerDay
  const when =
    startsAt > nowSeconds ? `which starts in ${days} days` : `which started ${days} days ago`
  return `your execution client is too old for fork ${fork}, ${when}: it lacks ${missing.join(', ')}`
}
