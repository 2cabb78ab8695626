import type { Logger } from 'pino'
import type { Clock } from '#runtime/clock.ts'

/** A difference of two clocks that is worth a look, in milliseconds. From two seconds on, flashblocks are refused. */
export const maxDifferenceMs = 500

/** A builder that has acknowledged nothing for this time counts no more. */
export const forgetMs = 60_000

interface Sample {
  readonly aheadMs: number
  /** On the monotonic clock. */
  readonly atMs: number
}

/** How far the clocks of the other builders are ahead of that of this node. */
export class BuilderClocks {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #log: Pick<Logger, 'warn'>
  readonly #samples = new Map<string, Sample>()

  constructor(clock: Pick<Clock, 'monotonicMs'>, log: Pick<Logger, 'warn'>) {
    this.#clock = clock
    this.#log = log
  }

  /** Notes the newest sample of a builder. A difference is logged when it begins. */
  note(builder: string, aheadMs: number): void {
    const before = this.#recent(builder)
    this.#samples.set(builder, { aheadMs, atMs: this.#clock.monotonicMs() })
    const isLarge = Math.abs(aheadMs) > maxDifferenceMs
    if (isLarge && Math.abs(before) <= maxDifferenceMs)
      this.#log.warn({ peer: builder, aheadMs }, 'the clock of another builder differs')
  }

  /** The largest difference in milliseconds; 0 without samples. */
  get largestMs(): number {
    return Math.max(0, ...[...this.#samples.keys()].map((each) => Math.abs(this.#recent(each))))
  }

  #recent(builder: string): number {
    const { aheadMs = 0, atMs = -Infinity } = this.#samples.get(builder) ?? {}
    return this.#clock.monotonicMs() - atMs <= forgetMs ? aheadMs : 0
  }
}
