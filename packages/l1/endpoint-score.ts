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
  /** Why it is not queried now, and for how long; undefined: it is queried. */
  readonly rest: { readonly reason: string; readonly forMs: number } | undefined
  /** Message of its last failure. */
  readonly lastFailure: string | undefined
}

/** Assumed latency of an endpoint that was never queried. */
const unknownLatencyMs = 200

/** Weight of the newest answer in averages. */
const weight = 0.2

/** A failure counts as this latency; its weight halves in the half-life. */
const failureCostMs = 4_000
const failureHalfLifeMs = 30_000

/** Penalty for each block that an endpoint is behind. */
const lagCostMs = 500

/** Rest after a wrong answer; it doubles each time, up to the longest. */
const wrongAnswerRest = { firstMs: 10_000, longestMs: 600_000 }

/** Rest after a rate limit that does not say how long. */
const rateLimitRest = { firstMs: 1_000, longestMs: 60_000 }

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
  #limits = 0
  #restUntilMs = 0
  #restReason = ''
  #lastFailure: string | undefined

  constructor(name: string, clock: Clock) {
    this.name = name
    this.#clock = clock
  }

  /** Average latency. */
  get latencyMs(): number {
    return this.#latencyMs ?? unknownLatencyMs
  }

  /** Whether it must not be queried now. */
  get isResting(): boolean {
    return this.#restUntilMs > this.#clock.monotonicMs()
  }

  /** The current rating. */
  get rating(): EndpointRating {
    const forMs = Math.ceil(this.#restUntilMs - this.#clock.monotonicMs())
    return {
      name: this.name,
      score: this.latencyMs + failureCostMs * this.#failingNow() + lagCostMs * this.#lagBlocks,
      wrongAnswers: this.#wrongAnswers,
      rest: forMs > 0 ? { reason: this.#restReason, forMs } : undefined,
      lastFailure: this.#lastFailure,
    }
  }

  /** Notes an answer. */
  succeeded(latencyMs: number): void {
    this.#noteLatency(latencyMs)
    this.#noteFailing(0)
    this.#limits = 0
  }

  /** Notes that it did not answer within this time. */
  wasSlow(afterMs: number): void {
    if (afterMs > this.latencyMs) this.#noteLatency(afterMs)
  }

  /** Notes a failure: no answer, a malformed one, or a wrong one. */
  failed(fault: Fault): void {
    this.#lastFailure = fault.message
    this.#noteFailing(1)
    this.#failedAtMs = this.#clock.monotonicMs()
    if (fault.code === 'l1-invalid')
      this.#rest(fault.message, backoffMs(wrongAnswerRest, this.#wrongAnswers++))
    else if (isRateLimit(fault)) {
      const asked = retryAfterMs(fault)
      const grown = backoffMs(rateLimitRest, this.#limits++)
      const restMs = asked !== undefined && asked > 0 ? asked : grown
      this.#rest(fault.message, Math.min(restMs, rateLimitRest.longestMs))
    }
  }

  /** Number of blocks that its head is behind the best. */
  set lagBlocks(blocks: bigint) {
    this.#lagBlocks = Math.min(Number(blocks), 100)
  }

  #rest(reason: string, forMs: number): void {
    this.#restReason = reason
    this.#restUntilMs = this.#clock.monotonicMs() + forMs
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
