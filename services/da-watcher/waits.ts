import type { Waiting } from '#service/status-reporter.ts'
import { type Fault, isFault } from '#runtime/fault.ts'
import { faultRule } from '#runtime/fault-codes.ts'
import type { Result, State } from './state.ts'

/** Why something cannot be read from L1. */
export interface Failure {
  /** The fault; undefined for a head that does not move. */
  readonly fault?: Fault
  readonly reason: string
  /** When the read is retried, and what an operator can do. */
  readonly next?: string | undefined
}

/** What da-watcher may wait for. */
export type WaitTopic = 'heads' | 'signer' | 'block'

/** Ongoing failures by topic. */
export type Troubles = ReadonlyMap<WaitTopic, Trouble>

interface Trouble {
  /**
   * The last failure of each subject, such as a block. The subject that has failed for the longest time comes first.
   * The trouble ends when no subject remains.
   */
  readonly failing: ReadonlyMap<string, Failing>
}

/** A subject that cannot be read. */
interface Failing {
  /** The last failure. */
  readonly failure: Failure
  /** Time of the last failure. */
  readonly atMs: number
  /** Start of the first attempt that failed. */
  readonly sinceMs: number
}

/** Order of the topics. The status shows only the first topic that fails. */
const order: readonly WaitTopic[] = ['heads', 'block', 'signer']

/** A topic and its subject, as shown to operators. */
const names: Readonly<Record<WaitTopic, (about: string) => string>> = {
  heads: () => 'the heads of L1',
  block: (about) => `L1 block ${about}`,
  signer: () => 'the unsafe block signer, from the system config contract on L1',
}

/** A subject that did not fail again within this time is dropped. Derivation repeats a request within a few seconds. */
export const forgottenMs = 15_000

/** What da-watcher waits for: the subject that fails for the longest time. */
export function waitOf({ options, troubles }: State): Waiting | undefined {
  const topic = order.find((candidate) => troubles.has(candidate))
  const [longest] = (topic && troubles.get(topic)?.failing) ?? []
  if (topic === undefined || longest === undefined) return undefined
  const [about, { failure, sinceMs }] = longest
  const retry = `asks again every ${options.pollMs} ms, and at each request for a block`
  const advice = failure.next === undefined ? '' : `; ${failure.next}`
  const next = `${retry}${advice}`
  return { what: names[topic](about), why: failure.reason, next, startedMs: sinceMs }
}

/** The failure for a fault; undefined if a retry cannot help. */
export function failureOf(error: unknown): Failure | undefined {
  if (!isFault(error) || error.severity !== 'temporary') return undefined
  const { advice } = faultRule(error.code)
  const isOfAll = isFault(error, 'l1-unavailable') || isFault(error, 'l1-wrong-chain')
  const retry = isOfAll ? error.fields.next : undefined
  return {
    fault: error,
    reason: error.message,
    next: retry === undefined ? advice : `${retry}; ${advice}`,
  }
}

/** Adds a failure. Reports the failure if its topic did not fail before, or failed for another reason. */
export function withFailure(
  state: State,
  {
    topic,
    about = '',
    failure,
    nowMs,
    startedMs = nowMs,
  }: {
    readonly topic: WaitTopic
    readonly about?: string
    readonly failure: Failure
    readonly nowMs: number
    /** Start of the attempt. */
    readonly startedMs?: number
  },
): Result {
  const known = recent(state, topic, nowMs)
  const failing = new Map(known)
  const { sinceMs = startedMs } = failing.get(about) ?? {}
  failing.set(about, { failure, atMs: nowMs, sinceMs })
  const troubles = new Map(state.troubles).set(topic, { failing })
  const next = { ...state, troubles }
  const isKnown = known.some(([, { failure: before }]) => nameOf(before) === nameOf(failure))
  return isKnown ? [next] : [next, { kind: 'report-failure', topic, failure }]
}

/** Removes a subject that succeeded. Other subjects of its topic remain if their last failure was recent. */
export function withoutFailure(
  state: State,
  topic: WaitTopic,
  { about = '', nowMs = 0 }: { readonly about?: string; readonly nowMs?: number } = {},
): State {
  if (!state.troubles.has(topic)) return state
  const failing = new Map(recent(state, topic, nowMs))
  failing.delete(about)
  const troubles = new Map(state.troubles)
  if (failing.size === 0) troubles.delete(topic)
  else troubles.set(topic, { failing })
  return { ...state, troubles }
}

/** The subjects of a topic that failed recently. */
function recent({ troubles }: State, topic: WaitTopic, nowMs: number) {
  const failing = troubles.get(topic)?.failing ?? []
  return [...failing].filter(([, { atMs }]) => atMs > nowMs - forgottenMs)
}

function nameOf({ fault, reason }: Failure): string {
  return fault?.code ?? reason
}
