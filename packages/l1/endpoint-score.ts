import { isRateLimit, retryAfterMs } from '#json-rpc/rpc-status.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Fault } from '#runtime/fault.ts'
import { backoffMs } from '#runtime/backoff.ts'

/** What is thought of an endpoint, for a person and for a metric. */
export interface EndpointRating {
  readonly name: string
  /** Milliseconds that asking it is expected to cost, failures and all: less is better. */
  readonly score: number
  readonly wrongAnswers: number
  /** Why it is not asked now, and for how long; undefined if it is. */
  readonly rest: { readonly reason: string; readonly forMs: number } | undefined
  /** What it failed with last. */
  readonly lastFailure: string | undefined
}

/** What an endpoint is taken for that was never asked. */
const unknownLatencyMs = 200

/** How much the newest answer counts. */
const weight = 0.2

/** A failure counts like an answer that took as long, and half as much after this time. */
const failureCostMs = 4_000
const failureHalfLifeMs = 30_000

/** Each block that an endpoint is behind the others counts like this. */
const lagCostMs = 500

/** How long an endpoint that said what is not true is left alone; twice as long each further time, up to the last. */
const wrongAnswerRest = { firstMs: 10_000, longestMs: 600_000 }

/** The same for one that was asked too often and does not say until when. */
const rateLimitRest = { firstMs: 1_000, longestMs: 60_000 }

/** What one endpoint has shown of itself. */
export class EndpointScore {
  readonly name: string
  readonly #clock: Clock
  #latencyMs: number | undefined
  /** Failures of late, as a share of all answers. */
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

  /** How long it takes to answer. */
  get latencyMs(): number {
    return this.#latencyMs ?? unknownLatencyMs
  }

  /** Whether it may be asked now. */
  get isResting(): boolean {
    return this.#restUntilMs > this.#clock.monotonicMs()
  }

  /** What it is thought of now. */
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

  /** It answered. */
  succeeded(latencyMs: number): void {
    this.#noteLatency(latencyMs)
    this.#noteFailing(0)
    this.#limits = 0
  }

  /** It had not answered after a while, when another did. */
  wasSlow(afterMs: number): void {
    if (afterMs > this.latencyMs) this.#noteLatency(afterMs)
  }

  /** It did not answer, or said what is no answer, or is not true. */
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

  /** How many blocks its head is behind the best. */
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

  /** What was long ago says little of what is now. */
  #failingNow(): number {
    const agoMs = this.#clock.monotonicMs() - this.#failedAtMs
    return this.#failing * 2 ** -(agoMs / failureHalfLifeMs)
  }
}
