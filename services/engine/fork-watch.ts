import type { Logger } from 'pino'
import type { Clock } from '#runtime/clock.ts'
import { describeForkGap, type ForkGap, forkGaps } from '#engine-api/method-versions.ts'
import { isFault } from '#runtime/fault.ts'
import type { StatusReporter } from '#service/status-reporter.ts'
import type { EngineMetrics } from './metrics.ts'
import type { EngineClientPorts } from './ports.ts'

/** How often it is looked, besides after the execution client could not be reached. */
export const forkWatchPeriodMs = 300_000

/** What the watch is kept with. */
interface ForkWatchMeans {
  readonly clock: Clock
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn'>
  readonly status: Pick<StatusReporter, 'notices'>
  readonly metrics: Pick<EngineMetrics, 'forkGaps'>
  readonly ports: EngineClientPorts
}

/** Says which hardforks the execution client cannot follow, as far as it tells what it can; it may be another any time. */
export class ForkWatch {
  readonly #means: ForkWatchMeans
  #gaps: readonly ForkGap[] = []
  /** When it was looked last; undefined if that may have been at another execution client. */
  #lookedMs: number | undefined
  #isLooking = false

  constructor(means: ForkWatchMeans) {
    this.#means = means
  }

  /** To be called when the execution client could not be reached: another may come back in its place. */
  expire(): void {
    this.#lookedMs = undefined
  }

  /** To be called each few seconds: looks if it is due. One that fails is due again. */
  async tick(): Promise<void> {
    const nowMs = this.#means.clock.monotonicMs()
    const isFresh = this.#lookedMs !== undefined && nowMs - this.#lookedMs < forkWatchPeriodMs
    if (isFresh || this.#isLooking) return
    this.#isLooking = true
    try {
      await this.look()
    } catch (error) {
      if (!isFault(error)) throw error
      // The heartbeat waits for the execution client as well, and reports that.
      this.#means.log.debug({ error }, 'the forks of the execution client cannot be read')
    } finally {
      this.#isLooking = false
    }
  }

  /** Looks now. @throws Fault as a call does */
  async look(): Promise<void> {
    const { clock, metrics, ports, status } = this.#means
    const capabilities = await ports.executionClient.capabilities()
    this.#lookedMs = clock.monotonicMs()
    const nowSeconds = BigInt(Math.floor(clock.now() / 1_000))
    const gaps = capabilities === undefined ? [] : forkGaps(ports.config, capabilities, nowSeconds)
    metrics.forkGaps(gaps)
    status.notices = gaps.map((gap) => describeForkGap(gap, nowSeconds))
    this.#logNews(gaps, nowSeconds)
    this.#gaps = gaps
  }

  #logNews(gaps: readonly ForkGap[], nowSeconds: bigint): void {
    const { log } = this.#means
    const isKnown = (gap: ForkGap) => this.#gaps.some((known) => nameOf(known) === nameOf(gap))
    for (const gap of gaps.filter((gap) => !isKnown(gap))) {
      const fields = { fork: gap.fork, startsAt: gap.startsAt, missing: gap.missing }
      log.warn(fields, describeForkGap(gap, nowSeconds))
    }
    if (gaps.length === 0 && this.#gaps.length > 0)
      log.info('the execution client is not too old for any fork any more')
  }
}

function nameOf({ fork, missing }: ForkGap): string {
  return [fork, ...missing].join()
}
