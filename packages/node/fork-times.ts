import { hardforkNames, type HardforkName, type HardforkTimes } from '#protocol/chains/hardforks.ts'
import { toIsoTime } from '#runtime/clock.ts'

const msPerHour = 3_600_000

/** The last time that `Date` can show, in Unix seconds. */
const lastTime = 8_640_000_000_000n

/** A hardfork that this version knows, and the time at which it starts. */
export interface ForkTime {
  readonly fork: HardforkName
  /** Unix seconds of L2; undefined if the fork is not scheduled. */
  readonly startsAt: number | undefined
}

/** The hardforks that this version knows, oldest first, with their times on a chain. */
export function forkTimes(times: HardforkTimes): readonly ForkTime[] {
  return hardforkNames.map((fork) => {
    const time = times[fork]
    // Some configs give 2^64 - 1 to forks that are not scheduled.
    const isScheduled = time !== undefined && time <= lastTime
    return { fork, startsAt: isScheduled ? Number(time) : undefined }
  })
}

/** When a hardfork starts or started, as shown to operators. */
export function forkTimeText({ startsAt }: ForkTime, nowMs: number): string {
  if (startsAt === undefined) return 'not scheduled'
  const time = toIsoTime(startsAt * 1_000).replace('.000Z', 'Z')
  if (startsAt * 1_000 > nowMs) return `starts at ${time}`
  return startsAt === 0 ? 'active since the genesis' : `active since ${time}`
}

/** The active hardfork, and the time until the next hardfork. The text is short enough for a line of the log. */
export function forksLine(times: HardforkTimes, nowMs: number): string {
  const scheduled = forkTimes(times).filter(({ startsAt }) => startsAt !== undefined)
  const isActive = ({ startsAt = 0 }: ForkTime) => startsAt * 1_000 <= nowMs
  const active = scheduled.findLast(isActive)?.fork ?? 'bedrock'
  const next = scheduled.find((fork) => !isActive(fork))
  if (next?.startsAt === undefined) return `fork ${active} is active, no other is scheduled`
  const hours = Math.ceil((next.startsAt * 1_000 - nowMs) / msPerHour)
  const wait = hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`
  return `fork ${active} is active, ${next.fork} in ${wait}`
}
