import { type Clock, sleep } from '#runtime/clock.ts'
import type { FaultCode } from '#runtime/fault-codes.ts'
import { Fault, isFault, toError } from '#runtime/fault.ts'
import {
  type EndpointRating,
  EndpointScore,
  lastResortRestMs,
  type QueryKind,
} from './endpoint-score.ts'

/** Endpoints and options of a pool. */
export interface EndpointPoolOptions<Endpoint> {
  /** The endpoints, in the order in which they are queried until they have ratings. */
  readonly endpoints: readonly Endpoint[]
  readonly clock: Clock
  /** Name for an endpoint of this kind in messages, such as `L1 RPC endpoint`. */
  readonly what: string
  /** Minimum time before the next endpoint is queried in parallel. */
  readonly leastHedgeMs?: number
  /** Called for each failure of an endpoint, even if another endpoint answers. */
  readonly onFailure?: ((fault: Fault) => void) | undefined
}

/** Options of a query. */
export interface PoolAsk {
  readonly signal?: AbortSignal | undefined
  /** By default `data`. */
  readonly kind?: QueryKind
}

/** The next endpoint is queried in parallel after this multiple of the usual latency, within bounds. */
const hedgeFactor = 4
const usualLeastHedgeMs = 500
const mostHedgeMs = 3_000

/** An endpoint and its score. */
interface Scored<Endpoint> {
  readonly endpoint: Endpoint
  readonly score: EndpointScore
}

/**
 * Endpoints of one API. The best endpoint is queried first; if it fails or is slow, the next endpoint is queried.
 * Failures, lag and wrong answers make the rating of an endpoint worse. After a wrong answer or a rate limit, an
 * endpoint has a pause (`Rest`): for some time, it is queried only if no other endpoint answers.
 */
export class EndpointPool<Endpoint extends { readonly name: string }> {
  readonly #options: EndpointPoolOptions<Endpoint>
  readonly #all: readonly Scored<Endpoint>[]

  constructor(options: EndpointPoolOptions<Endpoint>) {
    this.#options = options
    this.#all = options.endpoints.map((endpoint) => {
      return { endpoint, score: new EndpointScore(endpoint.name, options.clock) }
    })
  }

  get size(): number {
    return this.#all.length
  }

  /** The rating of each endpoint. */
  get ratings(): readonly EndpointRating[] {
    return this.#all.map(({ score }) => score.rating)
  }

  /**
   * The first answer of any endpoint.
   *
   * @param task queries one endpoint; if it throws a Fault, the next endpoint is queried
   * @throws Fault `l1-unavailable`; `l1-wrong-chain` if this was the last failure of each endpoint; `l1-behind` if no
   *   endpoint has the data; `aborted`; any other error that the task throws. The message has the failure of each
   *   endpoint. The field `next` has the times at which the pauses of endpoints end
   */
  async ask<Answer>(
    task: (endpoint: Endpoint, signal: AbortSignal) => Promise<Answer>,
    { signal, kind = 'data' }: PoolAsk = {},
  ): Promise<Answer> {
    const restMs = this.#restMs(kind)
    if (restMs > 0) await sleep(this.#options.clock, restMs, signal)
    const unavailable = (failures: readonly Fault[]) => this.#unavailable(failures)
    const options = { ...this.#options, ...this.#candidates(kind), kind, task, unavailable }
    return new Race(options).run(signal)
  }

  /**
   * Time to wait before a query: the shortest time after which an endpoint may be queried, even if only as the last
   * resort. It is 0 if an endpoint may be queried now, or if the time is longer than `lastResortRestMs`.
   */
  #restMs(kind: QueryKind): number {
    const leastMs = Math.min(...this.#all.map(({ score }) => score.unavailableForMs(kind)))
    return leastMs <= lastResortRestMs ? leastMs : 0
  }

  /** Endpoints to query, the best first. Endpoints in a pause are the last resort. */
  #candidates(kind: QueryKind): Pick<RaceOptions<Endpoint, unknown>, 'candidates' | 'lastResort'> {
    const ranked = this.#all
      .filter(({ score }) => !score.isUnavailable(kind))
      .map((scored) => ({ scored, rank: scored.score.rating.score }))
      .toSorted((a, b) => a.rank - b.rank)
      .map(({ scored }) => scored)
    return {
      candidates: ranked.filter(({ score }) => !score.isResting(kind)),
      lastResort: ranked.filter(({ score }) => score.isResting(kind)),
    }
  }

  /** Queries all endpoints that have no pause, and returns the answers. Failures make their ratings worse. */
  async askEach<Answer>(
    task: (endpoint: Endpoint, signal: AbortSignal) => Promise<Answer>,
    kind: QueryKind = 'data',
  ): Promise<readonly { readonly name: string; readonly answer: Answer }[]> {
    const asked = this.#all.map(async (scored) => {
      if (scored.score.isResting(kind)) return undefined
      const candidates = [scored]
      const unavailable = (failures: readonly Fault[]) => failures[0] ?? this.#unavailable([])
      const options = { ...this.#options, kind, candidates, lastResort: [], task, unavailable }
      const race = new Race(options)
      try {
        return { name: scored.endpoint.name, answer: await race.run(undefined) }
      } catch (error) {
        // The race has noted the failure.
        if (isFault(error) && error.severity === 'temporary') return undefined
        throw error
      }
    })
    return (await Promise.all(asked)).filter((answer) => answer !== undefined)
  }

  /** Notes by how many blocks an endpoint is behind the best endpoint. */
  noteLag(name: string, blocks: bigint): void {
    for (const { score } of this.#all) if (score.name === name) score.lagBlocks = blocks
  }

  #unavailable(failures: readonly Fault[]): Fault {
    const [first] = failures
    if (first !== undefined && failures.every(({ code }) => code === 'l1-behind')) return first
    const { what } = this.#options
    const { ratings } = this
    const reasons = ratings.map(({ name, rest, lastFailure }) => {
      const said = rest?.reason ?? lastFailure?.message ?? 'it was not queried'
      return `${name}: ${said.replace(`${name}: `, '')}`
    })
    const rests = ratings.flatMap(({ name, rest }) => {
      const seconds = Math.ceil((rest?.lastResortMs ?? 0) / 1_000)
      return seconds === 0 ? [] : [`${name} is queried again in ${seconds} s`]
    })
    const detail = `no ${what} is left: ${reasons.join(' | ')}`
    const fields = rests.length === 0 ? {} : { next: rests.join(', ') }
    const isWrongChain = ratings.every(({ lastFailure: last }) => last?.code === 'l1-wrong-chain')
    return new Fault<FaultCode>(isWrongChain ? 'l1-wrong-chain' : 'l1-unavailable', {
      detail,
      fields,
    })
  }
}

interface RaceOptions<Endpoint, Answer> extends Pick<
  EndpointPoolOptions<Endpoint>,
  'clock' | 'leastHedgeMs' | 'onFailure'
> {
  readonly kind: QueryKind
  readonly candidates: readonly Scored<Endpoint>[]
  /**
   * Endpoints in a pause. They are queried if there are no other endpoints, or if all other endpoints failed and at
   * least one of the failures is not `l1-behind`.
   */
  readonly lastResort: readonly Scored<Endpoint>[]
  readonly task: (endpoint: Endpoint, signal: AbortSignal) => Promise<Answer>
  readonly unavailable: (failures: readonly Fault[]) => Fault
}

/** One query, and the endpoints that compete for it. */
class Race<Endpoint, Answer> {
  readonly #options: RaceOptions<Endpoint, Answer>
  readonly #ended = new AbortController()
  readonly #result = Promise.withResolvers<Answer>()
  readonly #failures: Fault[] = []
  #next = 0
  #running = 0
  #cancelHedge: () => void = () => undefined

  constructor(options: RaceOptions<Endpoint, Answer>) {
    this.#options = options
  }

  async run(signal: AbortSignal | undefined): Promise<Answer> {
    const abort = () => this.#reject(new Fault('aborted'))
    signal?.addEventListener('abort', abort, { once: true })
    if (signal?.aborted === true) abort()
    else this.#startNext()
    try {
      return await this.#result.promise
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  #startNext(): void {
    this.#cancelHedge()
    const scored = this.#nextCandidate()
    if (scored !== undefined) {
      this.#running++
      void this.#attempt(scored)
      const { latencyMs } = scored.score
      const leastMs = this.#options.leastHedgeMs ?? usualLeastHedgeMs
      const hedgeMs = Math.min(Math.max(hedgeFactor * latencyMs, leastMs), mostHedgeMs)
      const hasMore = this.#next < this.#options.candidates.length
      if (hasMore)
        this.#cancelHedge = this.#options.clock.after(hedgeMs, () => {
          scored.score.wasSlow(hedgeMs)
          this.#startNext()
        })
    } else if (this.#running === 0) this.#reject(this.#options.unavailable(this.#failures))
  }

  /** The next endpoint to query; undefined if there is none, or the last resort is not needed yet. */
  #nextCandidate(): Scored<Endpoint> | undefined {
    const { candidates, lastResort } = this.#options
    const { length } = candidates
    if (this.#next < length) return candidates[this.#next++]
    const isNeeded = this.#failures.every(({ code }) => code === 'l1-behind')
      ? length === 0
      : this.#running === 0
    return isNeeded ? lastResort[this.#next++ - length] : undefined
  }

  async #attempt({ endpoint, score }: Scored<Endpoint>): Promise<void> {
    const { clock, kind, task } = this.#options
    const startMs = clock.monotonicMs()
    const { signal } = this.#ended
    try {
      const answer = await task(endpoint, signal)
      score.succeeded(clock.monotonicMs() - startMs, kind)
      this.#end(() => this.#result.resolve(answer))
    } catch (thrown) {
      // Another endpoint was faster. The abort is not a failure.
      if (signal.aborted) return
      if (!isFault(thrown)) this.#reject(toError(thrown))
      else this.#noteFailure(score, thrown)
    }
  }

  #noteFailure(score: EndpointScore, fault: Fault): void {
    this.#running--
    this.#failures.push(fault)
    // An endpoint that does not have the data yet has not failed.
    if (fault.code !== 'l1-behind') {
      score.failed(fault, this.#options.kind)
      this.#options.onFailure?.(fault)
    }
    this.#startNext()
  }

  #reject(error: Error): void {
    this.#end(() => this.#result.reject(error))
  }

  #end(settle: () => void): void {
    if (this.#ended.signal.aborted) return
    this.#cancelHedge()
    settle()
    this.#ended.abort()
  }
}
