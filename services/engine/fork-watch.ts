import { describeForkGap, forkGaps } from '#runtime/engine-api/method-versions.ts'
import type { Means } from './perform.ts'

/**
 * Says which hardforks the execution client cannot follow, as far as it tells what it can.
 *
 * @throws Fault as a call does
 */
export async function reportForkGaps({ clock, log, metrics, ports, status }: Means): Promise<void> {
  const capabilities = await ports.executionClient.capabilities()
  if (capabilities === undefined) return
  const nowSeconds = BigInt(Math.floor(clock.now() / 1_000))
  const gaps = forkGaps(ports.config, capabilities, nowSeconds)
  metrics.forkGaps(gaps)
  status.notices = gaps.map((gap) => describeForkGap(gap, nowSeconds))
  for (const gap of gaps) {
    const fields = { fork: gap.fork, startsAt: gap.startsAt, missing: gap.missing }
    log.warn(fields, describeForkGap(gap, nowSeconds))
  }
}
