import { type HardforkName, hardforkNames, type Hardforks } from '#protocol/chains/hardforks.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'

/** Versions of the Engine API methods for a block. */
export interface MethodVersions {
  readonly newPayload: 2 | 3 | 4
  /** Version of a call with attributes. Without attributes, any version works. */
  readonly forkchoiceUpdated: 1 | 2 | 3
  readonly getPayload: 2 | 3 | 4 | 5
}

/**
 * The versions for a block with this timestamp. As in op-node, getPayloadV5 is called from Karst on.
 * Spec: exec-engine.md#engine-api
 */
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

/** A hardfork that an execution client does not support, because the client lacks methods. */
export interface ForkGap {
  readonly fork: HardforkName
  /** Unix seconds. */
  readonly startsAt: bigint
  readonly missing: readonly string[]
}

/**
 * The hardforks whose methods an execution client lacks, in order of activation. A missing method is listed only under
 * the first fork that needs it. Only the last active hardfork and the scheduled hardforks are checked, since no new
 * block belongs to an earlier hardfork.
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

/** All Engine API methods that the node may call for a block of any hardfork. */
export const allMethods: readonly string[] = [
  ...new Set(hardforkNames.flatMap((fork) => methodsOf(versionsWith((name) => upTo(fork)[name])))),
]

function upTo(last: HardforkName): Hardforks {
  const at = hardforkNames.indexOf(last)
  // The object is complete, because every name gets a value.
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

/** Describes a gap for operators. */
export function describeForkGap({ fork, startsAt, missing }: ForkGap, nowSeconds: bigint): string {
  const days =
    (startsAt > nowSeconds ? startsAt - nowSeconds : nowSeconds - startsAt) / secondsPerDay
  const when =
    startsAt > nowSeconds ? `which starts in ${days} days` : `which started ${days} days ago`
  return `your execution client is too old for fork ${fork}, ${when}: it lacks ${missing.join(', ')}`
}
