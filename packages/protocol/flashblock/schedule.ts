/** When the flashblocks of a block are built. */
export interface FlashblockTimes {
  /** Time between two L2 blocks in milliseconds. */
  readonly blockTimeMs: number
  /** Time between two flashblocks in milliseconds. */
  readonly intervalMs: number
  /** Moves the whole schedule; a negative value moves it to earlier times. */
  readonly sendOffsetMs: number
  /** Time before the end of the slot in which no flashblock begins. */
  readonly endBufferMs: number
}

/**
 * When the flashblocks after index 0 begin. The first entry begins index 1. Index 0 is not part of the schedule: it is
 * built at once. If the build of the block begins late, there are fewer flashblocks, and not shorter ones.
 *
 * @param remainingMs time until the timestamp of the block, from when its build begins
 * @returns milliseconds after the build begins
 * Source: op-rbuilder, builder/timing.rs
 */
export function flashblockSchedule(times: FlashblockTimes, remainingMs: number): readonly number[] {
  const { blockTimeMs, endBufferMs, intervalMs, sendOffsetMs } = times
  const leftMs = Math.min(Math.max(Math.floor(remainingMs), 0), blockTimeMs)
  const most = Math.floor(blockTimeMs / intervalMs)
  const deadlineMs = Math.max(leftMs - endBufferMs + sendOffsetMs, 0)
  // Without an offset, this is between 1 ms and a whole interval.
  const firstMs = leftMs === 0 ? 0 : ((leftMs - 1) % intervalMs) + 1 + sendOffsetMs
  const begins: number[] = []
  for (let atMs = firstMs; atMs < deadlineMs && begins.length < most; atMs += intervalMs)
    begins.push(Math.max(atMs, 0))
  if (begins.length < most) begins.push(deadlineMs)
  return begins
}
