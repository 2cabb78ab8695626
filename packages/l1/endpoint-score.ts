import { isRateLimit, retryAfterMs } from '#json-rpc/rpc-status.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Fault } from '#runtime/fault.ts'
import { backoffMs } from '#runtime/backoff.ts'

/** Rating of an endpoint, for messages and metrics. */
export interface EndpointRating {
  readonly name: string
  /** Expected cost of a query in milliseconds, with penalties: lower is better. */
  readonly score: number
  /** Answers that failed verification. */
  readonly wrongAnswers: number
  /** Reason and length of the current pause, see `Rest`; undefined: the endpoint has no pause. */
  readonly rest:
    | {
        readonly reason: string
        readonly forMs: number
        /** Remaining pause if no other endpoint answers. */
        readonly lastResortMs: number
      }
    | undefined
  /** The last failure of the endpoint. */
  readonly lastFailure: Fault | undefined
}

/** Assumed latency of an endpoint that was never queried. */
const unknownLatencyMs = 200

/** Weight of the newest answer in averages. */
const weight = 0.2

/** A failure counts as this latency. The weight of a failure halves in each period of `failureHalfLifeMs`. */
const failureCostMs = 4_000
const failureHalfLifeMs = 30_000

/** Penalty for each block that an endpoint is behind. */
const lagCostMs = 500

/** Pause after a wrong answer. The pause doubles with each wrong answer, and halves with each good answer. */
const wrongAnswerRest = { firstMs: 2_000, longestMs: 60_000 }

/**
 * Pause after a rate limit, if the server does not ask for a pause. It doubles with each rate limit until the endpoint
 * answers.
 */
const rateLimitRest = { firstMs: 1_000, longestMs: 60_000 }

/** Longest pause of an endpoint while no other endpoint answers. A pause that the server asked for is not shortened. */
export const lastResortRestMs = 500

/** Kinds of queries. A wrong answer to a query of one kind does not stop the queries of the other kind. */
export type QueryKind = 'heads' | 'data'

/** A pause of an endpoint: a time in which it is queried only if no other endpoint answers. */
interface Rest {
  readonly reason: string
  readonly untilMs: number
  /** End of the pause if no other endpoint answers. */
  readonly lastResortMs: number
  /** Whether the cause was a rate limit. A rate limit stops all kinds of queries. */
  readonly isLimit: boolean
}

/** Score of one endpoint, from its answers and failures. */
export class EndpointScore {
  readonly name: string
  readonly #clock: Clock
  #latencyMs: number | undefined
  /** Share of failures in recent answers. */
  #failing = 0
  #failedAtMs = 0
  #lagBlocks = 0
  #wrongAnswers = 0
  /** The number of wrong answers, halved by each good answer. This number determines the length of the next pause. */
  readonly #wrongStreaks: Record<QueryKind, number> = { heads: 0, data: 0 }
  readonly #rests: Partial<Record<QueryKind, Rest>> = {}
  #limits = 0
  #lastFailure: Fault | undefined

  constructor(name: string, clock: Clock) {
    this.name = name
    this.#clock = clock
  }

  /** Average latency. */
  get latencyMs(): number {
    return this.#latencyMs ?? unknownLatencyMs
  }

  /** Whether the endpoint has a pause now, so that it is queried only if no other endpoint answers. */
  isResting(kind: QueryKind): boolean {
    return (this.#rests[kind]?.untilMs ?? 0) > this.#clock.monotonicMs()
  }

  /** Whether the endpoint must not be queried now, even if no other endpoint answers. */
  isUnavailable(kind: QueryKind): boolean {
    return this.unavailableForMs(kind) > 0
  }

  /** Time until the endpoint may be queried if no other endpoint answers. */
  unavailableForMs(kind: QueryKind): number {
    return Math.max(0, (this.#rests[kind]?.lastResortMs ?? 0) - this.#clock.monotonicMs())
  }

  /** The current rating. */
  get rating(): EndpointRating {
    const nowMs = this.#clock.monotonicMs()
    const [rest] = Object.values(this.#rests)
      .filter(({ untilMs }) => untilMs > nowMs)
      .toSorted((one, other) => other.untilMs - one.untilMs)
    return {
      name: this.name,
      score: this.latencyMs + failureCostMs * this.#failingNow() + lagCostMs * this.#lagBlocks,
      wrongAnswers: this.#wrongAnswers,
      rest: rest && {
        reason: rest.reason,
        forMs: Math.ceil(rest.untilMs - nowMs),
        lastResortMs: Math.max(0, Math.ceil(rest.lastResortMs - nowMs)),
      },
      lastFailure: this.#lastFailure,
    }
  }

  /** Notes an answer. */
  succeeded(latencyMs: number, kind: QueryKind = 'data'): void {
    this.#noteLatency(latencyMs)
    this.#noteFailing(0)
    this.#limits = 0
    this.#wrongStreaks[kind] = Math.floor(this.#wrongStreaks[kind] / 2)
    // The endpoint may have been queried during its pause, because no other endpoint answered.
    for (const each of ['heads', 'data'] as const)
      if (each === kind || this.#rests[each]?.isLimit === true) delete this.#rests[each]
  }

  /** Notes that the endpoint did not answer within this time. */
  wasSlow(afterMs: number): void {
    if (afterMs > this.latencyMs) this.#noteLatency(afterMs)
  }

  /** Notes a failure: a missing, malformed or wrong answer. */
  failed(fault: Fault, kind: QueryKind = 'data'): void {
    this.#lastFailure = fault
    this.#noteFailing(1)
    this.#failedAtMs = this.#clock.monotonicMs()
    if (fault.code === 'l1-invalid' || fault.code === 'l1-wrong-chain') {
      this.#wrongAnswers++
      const forMs = backoffMs(wrongAnswerRest, this.#wrongStreaks[kind]++)
      this.#rest([kind], fault.message, { forMs, lastResortMs: lastResortRestMs })
    } else if (isRateLimit(fault)) {
      const grownMs = backoffMs(rateLimitRest, this.#limits++)
      const askedMs = retryAfterMs(fault) ?? 0
      const forMs = Math.min(askedMs > 0 ? askedMs : grownMs, rateLimitRest.longestMs)
      const lastResortMs = askedMs > 0 ? forMs : Math.min(forMs, lastResortRestMs)
      this.#rest(['heads', 'data'], fault.message, { forMs, lastResortMs })
    }
  }

  /** Number of blocks by which the head of the endpoint is behind the best head. */
  set lagBlocks(blocks: bigint) {
    this.#lagBlocks = Math.min(Number(blocks), 100)
  }

  #rest(
    kinds: readonly QueryKind[],
    reason: string,
    { forMs, lastResortMs }: { readonly forMs: number; readonly lastResortMs: number },
  ): void {
    const nowMs = this.#clock.monotonicMs()
    for (const kind of kinds) {
      // A shorter pause does not end a longer pause that the server asked for.
      const before = this.#rests[kind]
      this.#rests[kind] = {
        reason,
        isLimit: kinds.length > 1,
        untilMs: Math.max(nowMs + forMs, before?.untilMs ?? 0),
        lastResortMs: Math.max(nowMs + lastResortMs, before?.lastResortMs ?? 0),
      }
    }
  }

  #noteLatency(latencyMs: number): void {
    const before = this.#latencyMs
    this.#latencyMs = before === undefined ? latencyMs : before + weight * (latencyMs - before)
  }

  #noteFailing(share: 0 | 1): void {
    const before = this.#failingNow()
    this.#failing = before + weight * (share - before)
    this.#failedAtMs = this.#clock.monotonicMs()
  }

  /** The share of failures, which decays with time. */
  #failingNow(): number {
    const agoMs = this.#clock.monotonicMs() - this.#failedAtMs
    return this.#failing * 2 ** -(agoMs / failureHalfLifeMs)
  }
}
