import type { ChainState } from '#messages/chain-state.ts'
import type { Step } from '#service/actor.ts'
import { dueFinality, finalityPauseMs } from './finality/finality.ts'
import { derive } from './session/derive.ts'
import { requestReset, resend, reset, retryAfter } from './session/retries.ts'
import type { Deriving, InFlight, Rules } from './session/session.ts'
import { settle } from './session/settle.ts'
import { beginSession, retryStart, startFetched } from './start/begin-session.ts'
import type { Effect, Event, State, Stepped } from './state.ts'

/**
 * Makes the decisions of derivation. At each event all due actions run, each once. The actions depend only on the
 * newest state of the engine and the newest L1 heads, so that a lost message causes only a delay.
 */
export function step(rules: Rules): Step<State, Event, Effect> {
  return (state, event) => {
    const [noted, ...first] = note(state, event, rules)
    const [advanced, ...effects] = advance(noted, rules)
    const [searching, ...search] = searchFinalized(advanced)
    return [searching, ...first, ...effects, ...prepare(searching), ...search]
  }
}

function note(state: State, event: Event, rules: Rules): Stepped {
  const { session, nowMs } = state
  if ('session' in event && event.session !== session?.id) return [state]
  switch (event.kind) {
    case 'tick':
      return [{ ...state, nowMs: event.nowMs }]
    case 'chain-seen':
      return [{ ...state, chain: event.chain }]
    case 'heads-seen':
      return [{ ...state, heads: event.heads }]
    case 'start-fetched':
      return session?.phase === 'starting'
        ? startFetched(state, session, { event, rules })
        : [state]
    case 'l1-fetched': {
      if (session?.phase !== 'deriving') return [state]
      const verdict = session.window.answered(event.request, event.response, { nowMs })
      return verdict === 'reorged' ? reset(state, session, { reason: 'l1-reorg' }) : [state]
    }
    case 'l1-failed':
      if (session?.phase === 'deriving')
        session.window.failed(event.request, event.fault, { nowMs })
      return [state]
    case 'l2-fetched':
    case 'l2-failed':
      return session?.phase === 'deriving' ? l2Answered(state, session, event) : [state]
    case 'apply-failed': {
      if (session?.phase !== 'deriving' || session.inFlight === undefined) return [state]
      const inFlight = { ...session.inFlight, problem: event.fault.message }
      return [{ ...state, session: { ...session, inFlight } }]
    }
    case 'apply-refused':
      // The engine has an older generation than its state on the bus. A reset starts a generation above both.
      return session?.phase === 'deriving' && event.generation < session.generation
        ? reset(state, session, { reason: 'engine-behind' })
        : [state]
    case 'reset-failed': {
      if (session?.phase !== 'resetting') return [state]
      const retry = { ...session.retry, problem: event.fault.message }
      return [{ ...state, session: { ...session, retry } }]
    }
    case 'finalized-searched':
      return finalizedSearched(state, event)
  }
}

function l2Answered(
  state: State,
  session: Deriving,
  event: Extract<Event, { kind: 'l2-fetched' | 'l2-failed' }>,
): Stepped {
  const { blocked, safeBlocks } = session
  if (blocked?.kind !== 'l2') return [state]
  if (event.kind === 'l2-fetched') safeBlocks.add(event.blocks)
  if (safeBlocks.get(blocked.number) !== undefined)
    return [{ ...state, session: { ...session, blocked: undefined } }]
  const problem =
    event.kind === 'l2-failed' ? event.fault.message : 'the execution client lacks that block'
  const retry = retryAfter(blocked.retry, { nowMs: state.nowMs, problem })
  return [{ ...state, session: { ...session, blocked: { ...blocked, isRequested: false, retry } } }]
}

function finalizedSearched(
  state: State,
  { result }: Extract<Event, { kind: 'finalized-searched' }>,
): Stepped {
  const notBeforeMs = state.nowMs + finalityPauseMs
  const finality = { ...state.finality, isSearching: false, notBeforeMs }
  switch (result.kind) {
    case 'unsure':
      return [{ ...state, finality: { ...finality, searched: undefined } }]
    case 'nothing-new':
      return [{ ...state, finality }]
    case 'found': {
      const targets = { ...state.targets, finalized: result.entry.safe }
      return [
        { ...state, finality, targets },
        { kind: 'write-targets', targets },
      ]
    }
  }
}

/** Compares the newest state of the engine with the session, and does what is due. */
function advance(state: State, rules: Rules): Stepped {
  const { chain, session } = state
  if (chain === undefined) return [state]
  if (chain.sync === 'el-syncing') return [{ ...state, session: undefined }]
  if (session === undefined || chain.generation !== session.generation)
    return beginSession(state, chain)
  switch (session.phase) {
    case 'starting':
      return chain.sequence > session.sequence
        ? beginSession(state, chain)
        : retryStart(state, session, chain)
    case 'resetting':
      return requestReset(state, session)
    case 'halted':
      return [state]
    case 'deriving':
      if (session.inFlight !== undefined)
        return awaitOutcome(state, session, { chain, inFlight: session.inFlight, rules })
      if (chain.sequence > session.sequence) return beginSession(state, chain)
      return derive(state, session, rules)
  }
}

/** Continues when the outcome of the attributes in flight is published. Until then, sends them again. */
function awaitOutcome(
  state: State,
  session: Deriving,
  {
    chain,
    inFlight,
    rules,
  }: { readonly chain: ChainState; readonly inFlight: InFlight; readonly rules: Rules },
): Stepped {
  const { request, digest } = inFlight
  if (chain.sequence < request.sequence) return resend(state, session, inFlight)
  // The engine applied attributes of another instance, which differ from ours.
  if (chain.sequence > request.sequence || chain.attributesDigest !== digest)
    return beginSession(state, chain)
  const [settled, ...effects] = settle(session, { chain, inFlight })
  if (settled === undefined) return beginSession(state, chain)
  const { finality } = state
  const recorded = finality.recorded + effects.filter(({ kind }) => kind === 'record').length
  const next = { ...state, session: settled, finality: { ...finality, recorded } }
  const [derived, ...more] = derive(next, settled, rules)
  return [derived, ...effects, ...more]
}

/** Reports what the pipeline dropped, and requests L1 blocks ahead of time. */
function prepare({ session, heads, nowMs, confirmations }: State): readonly Effect[] {
  if (session?.phase !== 'deriving') return []
  const { id, reports, window } = session
  const dropped = reports.splice(0).map((event) => ({ kind: 'report-dropped', event }) as const)
  const newest = (heads?.head.number ?? 0n) - confirmations
  const fetches = window
    .due({ newest, nowMs })
    .map((request) => ({ kind: 'fetch-l1', session: id, request }) as const)
  return [...dropped, ...fetches]
}

function searchFinalized(state: State): Stepped {
  const { finality, targets } = state
  const l1 = dueFinality(finality, state)
  if (l1 === undefined) return [state]
  const searched = { l1: l1.hash, recorded: finality.recorded }
  return [
    { ...state, finality: { ...finality, isSearching: true, searched } },
    { kind: 'search-finalized', l1, above: targets.finalized?.number },
  ]
}
