import type { Finality, HeadAnswer } from '#services/da-watcher/ports.ts'
import type { Effect, Event, Polling, Result, State } from '#services/da-watcher/state.ts'
import { withFailure } from '#services/da-watcher/waits.ts'
import { adoptHead } from './adopt-head.ts'

/** Interval at which every endpoint is queried, to detect endpoints whose head does not move. */
const probeMs = 12_000

/**
 * For this long after an announced head, a known head is not polled, except in a query that is due for the safe and
 * finalized heads or for every endpoint.
 */
const announcedMs = 30_000

/** An endpoint that is this many blocks behind is reported. */
const reportedLag = 3n

/**
 * Starts a query of the heads, adopts the announced head, or adopts the known head again. Does nothing while a query is
 * in flight.
 */
export function pollHeads(before: State, nowMs: number): Result {
  const { announced, probedAtMs = nowMs, reading } = before.polling
  const state = withPolling(before, { probedAtMs })
  if (reading !== undefined) return [state]
  const isFinalityDue = nowMs - state.polling.finalityAtMs >= state.options.finalityPollMs
  const next = withPolling(state, { announced: undefined })
  const isKnown = state.head !== undefined
  if (isKnown && announced !== undefined && !isFinalityDue)
    return adoptHead(next, { head: announced, finality: undefined, nowMs })
  const query = {
    withFinality: isFinalityDue,
    everyEndpoint: state.options.endpoints > 1 && nowMs - probedAtMs >= probeMs,
    known: state.head?.ref.number ?? 0n,
  }
  const isAnnounced = nowMs - state.polling.announcedAtMs < announcedMs
  if (isKnown && isAnnounced && !query.withFinality && !query.everyEndpoint)
    return adoptHead(next, { head: state.head, finality: undefined, nowMs })
  return [
    withPolling(next, { reading: { query, startedMs: nowMs } }),
    { kind: 'read-heads', query },
  ]
}

/** Adopts an announced head. If a query is in flight, the head is adopted after the query. */
export function headAnnounced(
  state: State,
  { head, nowMs }: Extract<Event, { kind: 'head-announced' }>,
): Result {
  return pollHeads(withPolling(state, { announced: head, announcedAtMs: nowMs }), nowMs)
}

/** Adopts the best head of the answers to a query. */
export function headsRead(
  before: State,
  { answers, failure, nowMs }: Extract<Event, { kind: 'heads-read' }>,
): Result {
  const { reading, ...polling } = before.polling
  const state = withPolling(before, { reading: undefined })
  const best = highest(answers)
  if (reading === undefined) return [state]
  // If an endpoint failed, even the best answer may come from an endpoint that is behind.
  const everyAnswered = reading.query.everyEndpoint && failure === undefined
  const newest = everyAnswered ? (best?.head.ref.number ?? 0n) : reading.query.known
  const [rated, ...lags] = rateLags(state, newest, answers)
  if (failure !== undefined || best === undefined) {
    const fallback = { reason: 'no endpoint of L1 answered' }
    const [failed, ...effects] = withFailure(rated, {
      topic: 'heads',
      failure: failure ?? fallback,
      nowMs,
      startedMs: reading.startedMs,
    })
    return [failed, ...lags, ...effects]
  }
  const { withFinality, everyEndpoint } = reading.query
  const read = withPolling(rated, {
    finalityAtMs: withFinality ? reading.startedMs : polling.finalityAtMs,
    probedAtMs: everyEndpoint ? nowMs : polling.probedAtMs,
  })
  const finality: Finality | undefined = highest(
    answers.filter((answer) => answer.finality !== undefined),
  )?.finality
  const [next, ...effects] = adoptHead(read, { head: best.head, finality, nowMs })
  if (polling.announced === undefined) return [next, ...lags, ...effects]
  const [polled, ...more] = pollHeads(next, nowMs)
  return [polled, ...lags, ...effects, ...more]
}

/** The first answer with the highest head. */
function highest(answers: readonly HeadAnswer[]): HeadAnswer | undefined {
  const [first, ...others] = answers
  if (first === undefined) return undefined
  return others.reduce((a, b) => (b.head.ref.number > a.head.ref.number ? b : a), first)
}

/** Notes how far each endpoint is behind `newest`, and reports an endpoint that has fallen behind. */
function rateLags(state: State, newest: bigint, answers: readonly HeadAnswer[]): Result {
  if (state.options.endpoints < 2) return [state]
  const numbers = new Map(answers.map(({ endpoint, head }) => [endpoint, head.ref.number]))
  const laggards = new Set(state.laggards)
  const effects: Effect[] = []
  for (const [endpoint, number] of numbers) {
    const blocks = newest > number ? newest - number : 0n
    effects.push({ kind: 'note-lag', endpoint, blocks })
    if (blocks < reportedLag) laggards.delete(endpoint)
    else if (!laggards.has(endpoint)) {
      laggards.add(endpoint)
      effects.push({ kind: 'report-lag', endpoint, blocks })
    }
  }
  return [{ ...state, laggards }, ...effects]
}

function withPolling(state: State, change: Partial<Polling>): State {
  return { ...state, polling: { ...state.polling, ...change } }
}
