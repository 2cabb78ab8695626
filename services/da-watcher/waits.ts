import type { Wait } from '#messages/service-status.ts'
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
  /** The last failure. */
  readonly failure: Failure
  /** Time of the last failure by subject, such as a block. The trouble ends when no subject remains. */
  readonly failing: ReadonlyMap<string, number>
}

/** Order of the topics. The status shows only the first one that fails. */
const order: readonly WaitTopic[] = ['heads', 'block', 'signer']

/** The topics, as shown to operators. */
const names: Readonly<Record<WaitTopic, string>> = {
  heads: 'the heads of L1',
  block: 'a block of L1',
  signer: 'the unsafe block signer, from the system config contract on L1',
}

/** A subject that did not fail again within this time is dropped. Derivation repeats a request within a few seconds. */
export const forgottenMs = 15_000

/** What da-watcher waits for, as shown to operators. */
export function waitOf({ options, troubles }: State): Omit<Wait, 'sinceMs'> | undefined {
  const topic = order.find((candidate) => troubles.has(candidate))
  const failure = topic && troubles.get(topic)?.failure
  if (topic === undefined || failure === undefined) return undefined
  const retry = `asks again every ${options.pollMs} ms, and at each request for a block`
  const advice = failure.next === undefined ? '' : `; ${failure.next}`
  return { what: `${names[topic]}: ${failure.reason}`, next: `${retry}${advice}` }
}

/** The failure for a fault; undefined if a retry cannot help. */
export function failureOf(error: unknown): Failure | undefined {
  if (!isFault(error) || error.severity !== 'temporary') return undefined
  const { advice } = faultRule(error.code)
  const retry = isFault(error, 'l1-unavailable') ? error.fields.next : undefined
  return {
    fault: error,
    reason: error.message,
    next: retry === undefined ? advice : `${retry}; ${advice}`,
  }
}

/** Adds a failure. Reports it if its topic did not fail before, or failed for another reason. */
export function withFailure(
  state: State,
  {
    topic,
    about = '',
    failure,
    nowMs,
  }: {
    readonly topic: WaitTopic
    readonly about?: string
    readonly failure: Failure
    readonly nowMs: number
  },
): Result {
  const known = state.troubles.get(topic)
  const failing = new Map(recent(known, nowMs)).set(about, nowMs)
  const troubles = new Map(state.troubles).set(topic, { failure, failing })
  const next = { ...state, troubles }
  if (known !== undefined && nameOf(known.failure) === nameOf(failure)) return [next]
  return [next, { kind: 'report-failure', topic, failure }]
}

/** Removes a subject that succeeded. Other subjects of its topic remain, unless they failed long ago. */
export function withoutFailure(
  state: State,
  topic: WaitTopic,
  { about = '', nowMs = 0 }: { readonly about?: string; readonly nowMs?: number } = {},
): State {
  const known = state.troubles.get(topic)
  if (known === undefined) return state
  const failing = new Map(recent(known, nowMs))
  failing.delete(about)
  const troubles = new Map(state.troubles)
  if (failing.size === 0) troubles.delete(topic)
  else troubles.set(topic, { ...known, failing })
  return { ...state, troubles }
}

function recent(
  trouble: Trouble | undefined,
  nowMs: number,
): readonly (readonly [string, number])[] {
  return [...(trouble?.failing ?? [])].filter(([, atMs]) => atMs > nowMs - forgottenMs)
}

function nameOf({ fault, reason }: Failure): string {
  return fault?.code ?? reason
}
