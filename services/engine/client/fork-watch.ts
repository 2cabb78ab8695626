import type { Logger } from 'pino'
import type { Clock } from '#runtime/clock.ts'
import { describeForkGap, type ForkGap, forkGaps } from '#engine-api/method-versions.ts'
import { isFault } from '#runtime/fault.ts'
import type { StatusReporter } from '#service/status-reporter.ts'
import type { Metrics } from '#services/engine/metrics.ts'
import type { ClientPorts } from '#services/engine/ports.ts'

/** Period of the check. A check also runs after the execution client was unreachable. */
export const forkWatchPeriodMs = 300_000

/** Dependencies of the watch. */
interface ForkWatchOptions {
  readonly clock: Clock
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn'>
  readonly status: Pick<StatusReporter, 'notices'>
  readonly metrics: Pick<Metrics, 'forkGaps'>
  readonly ports: ClientPorts
}

/**
 * Reports hardforks that the execution client does not support. Checks repeatedly, because the client may be upgraded.
 */
export class ForkWatch {
  readonly #options: ForkWatchOptions
  #gaps: readonly ForkGap[] = []
  /** Time of the last check; undefined if the execution client may have been replaced since. */
  #checkedMs: number | undefined
  #isChecking = false

  constructor(options: ForkWatchOptions) {
    this.#options = options
  }

  /** To be called when the execution client was unreachable, because another version may run afterwards. */
  expire(): void {
    this.#checkedMs = undefined
  }

  /** To be called every few seconds. Checks if the last check failed, or is older than the period. */
  async tick(): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs()
    const isFresh = this.#checkedMs !== undefined && nowMs - this.#checkedMs < forkWatchPeriodMs
    if (isFresh || this.#isChecking) return
    this.#isChecking = true
    try {
      await this.check()
    } catch (error) {
      if (!isFault(error)) throw error
      // The heartbeat calls the execution client as well, and reports the failure.
      this.#options.log.debug({ error }, 'the capabilities of the execution client cannot be read')
    } finally {
      this.#isChecking = false
    }
  }

  /** Checks now. @throws Fault if the capabilities cannot be read */
  async check(): Promise<void> {
    const { clock, metrics, ports, status } = this.#options
    const capabilities = await ports.executionClient.capabilities()
    this.#checkedMs = clock.monotonicMs()
    const nowSeconds = BigInt(Math.floor(clock.now() / 1_000))
    const gaps = capabilities === undefined ? [] : forkGaps(ports.config, capabilities, nowSeconds)
    metrics.forkGaps(gaps)
    status.notices = gaps.map((gap) => describeForkGap(gap, nowSeconds))
    this.#logNews(gaps, nowSeconds)
    this.#gaps = gaps
  }

  #logNews(gaps: readonly ForkGap[], nowSeconds: bigint): void {
    const { log } = this.#options
    const isKnown = (gap: ForkGap) => this.#gaps.some((known) => nameOf(known) === nameOf(gap))
    for (const gap of gaps.filter((gap) => !isKnown(gap))) {
      const fields = { fork: gap.fork, startsAt: gap.startsAt, missing: gap.missing }
      log.warn(fields, describeForkGap(gap, nowSeconds))
    }
    if (gaps.length === 0 && this.#gaps.length > 0)
      log.info('the execution client supports all forks now')
  }
}

function nameOf({ fork, missing }: ForkGap): string {
  return [fork, ...missing].join()
}
