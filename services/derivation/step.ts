import type { ChainState } from '#messages/chain-state.ts'
import type { Step } from '#service/actor.ts'
import type {
  Advanced,
  DerivationEffect,
  DerivationEvent,
  DerivationRules,
  DerivationState,
  Deriving,
  InFlight,
  SessionStart,
  Starting,
} from './state.ts'
import { derive } from './session/derive.ts'
import { dueFinality, finalityPauseMs, noFinalitySearch } from './finality/finality.ts'
import { again, askForReset, noRetry, reset, resend } from './session/retries.ts'
import { settle } from './session/settle.ts'
import { L1Window } from './session/l1-window.ts'
import { SafeBlocks } from './session/safe-blocks.ts'
import { waitReasonOf } from './waits.ts'

/** Where derivation begins. */
export const initialState: DerivationState = {
  nowMs: 0,
  chain: undefined,
  heads: undefined,
  session: undefined,
  sessions: 0,
  targets: { finalized: undefined, currentL1: undefined },
  finality: noFinalitySearch,
  told: undefined,
  resets: { safe: 0n, count: 0 },
}

/**
 * The derivation loop of `engine.chain`, run on each event: it does what is due, and nothing twice. What is due follows from the
 * newest state of the engine and of L1 alone, so that a message that is lost costs time and nothing else.
 */
export function createStep(
  rules: DerivationRules,
): Step<DerivationState, DerivationEvent, DerivationEffect> {
  return (state, event) => {
    const [noted, ...first] = note(state, event, rules)
    const [advanced, ...effects] = advance(noted, rules)
    const [prepared, ...fetches] = prepare(advanced, rules)
    const [sought, ...search] = seekFinality(prepared)
    const [told, ...tells] = tellWait(sought, rules)
    return [told, ...first, ...effects, ...fetches, ...search, ...tells]
  }
}

function note(state: DerivationState, event: DerivationEvent, rules: DerivationRules): Advanced {
  const { session, nowMs } = state
  if ('session' in event && event.session !== session?.id) return [state]
  switch (event.kind) {
    case 'tick':
      return [{ ...state, nowMs: event.nowMs }]
    case 'chain-seen':
      return [{ ...state, chain: event.chain }]
    case 'heads-seen':
      return [{ ...state, heads: event.heads }]
    case 'start-read':
      return session?.phase === 'starting' ? startRead(state, session, { event, rules }) : [state]
    case 'l1-fetched': {
      if (session?.phase !== 'deriving') return [state]
      const answer = session.window.answered(event.ask, event.response, { nowMs })
      return answer === 'reorged' ? reset(state, session, { reason: 'l1-reorg' }) : [state]
    }
    case 'l1-failed':
      if (session?.phase === 'deriving') session.window.failed(event.ask, event.fault, { nowMs })
      return [state]
    case 'l2-fetched':
    case 'l2-failed':
      return session?.phase === 'deriving' ? l2Answered(state, session, event) : [state]
    case 'apply-failed': {
      if (session?.phase !== 'deriving' || session.inFlight === undefined) return [state]
      const inFlight = { ...session.inFlight, problem: event.fault.message }
      return [{ ...state, session: { ...session, inFlight } }]
    }
    case 'reset-failed': {
      if (session?.phase !== 'resetting') return [state]
      const retry = { ...session.retry, problem: event.fault.message }
      return [{ ...state, session: { ...session, retry } }]
    }
    case 'apply-refused':
      // An engine that is behind the state that stands on the bus does not know it: a reset takes it past both.
      return session?.phase === 'deriving' && event.generation < session.generation
        ? reset(state, session, { reason: 'engine-behind' })
        : [state]
    case 'finalized-sought':
      return finalizedSought(state, event)
  }
}

function startRead(
  state: DerivationState,
  session: Starting,
  {
    event,
    rules,
  }: {
    readonly event: Extract<DerivationEvent, { kind: 'start-read' }>
    readonly rules: DerivationRules
  },
): Advanced {
  const { start } = event
  switch (start.kind) {
    case 'reorged':
      return reset(state, session, { reason: 'l1-reorg' })
    case 'unknown-inclusion':
      return reset(state, session, { reason: 'unknown-inclusion' })
    case 'resume-at':
      return reset(state, session, { reason: 'history', resumeAt: start.block })
    case 'foreign-history':
      return [{ ...state, session: { ...session, isAsked: false } }, { kind: 'forget-history' }]
    case 'failed': {
      const retry = again(session.retry, { nowMs: state.nowMs, problem: start.error.message })
      return [{ ...state, session: { ...session, isAsked: false, retry } }]
    }
    case 'found':
      return beginDeriving(state, session, { start, rules })
  }
}

function beginDeriving(
  state: DerivationState,
  session: Starting,
  { start, rules }: { readonly start: SessionStart; readonly rules: DerivationRules },
): Advanced {
  const { head, base, batcher, madeSafe, l1Genesis } = start
  const safeBlocks = new SafeBlocks()
  const reports: Deriving['reports'] = []
  const pipeline = rules.makePipeline({
    config: rules.config,
    base,
    batcher,
    safeBlock: safeBlocks.lookup,
    report: (report) => reports.push(report),
  })
  const { id, generation, sequence } = session
  const deriving: Deriving = {
    phase: 'deriving',
    id,
    generation,
    sequence,
    pipeline,
    window: new L1Window(base, pipeline.batcher),
    safeBlocks,
    reports,
    head,
    safe: head,
    inFlight: undefined,
    blocked: undefined,
    madeSafe,
    done: undefined,
  }
  const next = { ...state, session: deriving }
  if (l1Genesis === undefined) return [next]
  return [next, { kind: 'record', entry: { l1: l1Genesis, safe: head.ref, generation } }]
}

function l2Answered(
  state: DerivationState,
  session: Deriving,
  event: Extract<DerivationEvent, { kind: 'l2-fetched' | 'l2-failed' }>,
): Advanced {
  const { blocked, safeBlocks } = session
  if (blocked?.kind !== 'l2') return [state]
  if (event.kind === 'l2-fetched') safeBlocks.add(event.blocks)
  if (safeBlocks.lookup(blocked.number) !== undefined)
    return [{ ...state, session: { ...session, blocked: undefined } }]
  const problem =
    event.kind === 'l2-failed' ? event.fault.message : 'the execution client does not have it'
  const retry = again(blocked.retry, { nowMs: state.nowMs, problem })
  return [{ ...state, session: { ...session, blocked: { ...blocked, isAsked: false, retry } } }]
}

function finalizedSought(
  state: DerivationState,
  { found }: Extract<DerivationEvent, { kind: 'finalized-sought' }>,
): Advanced {
  const search = { ...state.finality, isAsked: false, notBeforeMs: state.nowMs + finalityPauseMs }
  switch (found.kind) {
    case 'unsure':
      return [{ ...state, finality: { ...search, sought: undefined } }]
    case 'nothing-new':
      return [{ ...state, finality: search }]
    case 'found': {
      const targets = { ...state.targets, finalized: found.entry.safe }
      return [
        { ...state, finality: search, targets },
        { kind: 'write-targets', targets },
      ]
    }
  }
}

/** The table of the protocol, row by row: the newest state of the engine against our own. */
function advance(state: DerivationState, rules: DerivationRules): Advanced {
  const { chain, session } = state
  if (chain === undefined) return [state]
  if (chain.sync === 'el-syncing') return [{ ...state, session: undefined }]
  if (session === undefined || chain.generation !== session.generation) return begin(state, chain)
  switch (session.phase) {
    case 'starting':
      return chain.sequence > session.sequence
        ? begin(state, chain)
        : readStart(state, session, chain)
    case 'resetting':
      return askForReset(state, session)
    case 'halted':
      return [state]
    case 'deriving':
      if (session.inFlight !== undefined)
        return awaitOutcome(state, session, { chain, inFlight: session.inFlight, rules })
      if (chain.sequence > session.sequence) return begin(state, chain)
      return derive(state, session, rules)
  }
}

/** A pipeline of its own for each safe head that is started from. */
function begin(state: DerivationState, chain: ChainState): Advanced {
  const id = state.sessions + 1
  const session: Starting = {
    phase: 'starting',
    id,
    generation: chain.generation,
    sequence: chain.sequence,
    isAsked: true,
    retry: noRetry,
  }
  return [
    { ...state, session, sessions: id },
    { kind: 'begin', session: id, chain },
  ]
}

function readStart(state: DerivationState, session: Starting, chain: ChainState): Advanced {
  if (session.isAsked || state.nowMs < session.retry.notBeforeMs) return [state]
  return [
    { ...state, session: { ...session, isAsked: true } },
    { kind: 'read-start', session: session.id, chain },
  ]
}

/** Something is in flight: it took effect, or is due to be sent again. */
function awaitOutcome(
  state: DerivationState,
  session: Deriving,
  {
    chain,
    inFlight,
    rules,
  }: {
    readonly chain: ChainState
    readonly inFlight: InFlight
    readonly rules: DerivationRules
  },
): Advanced {
  const { request, digest } = inFlight
  if (chain.sequence < request.sequence) return resend(state, session, inFlight)
  // Another derivation was first, and what it derived is not what we did.
  if (chain.sequence > request.sequence || chain.attributesDigest !== digest)
    return begin(state, chain)
  const [settled, ...effects] = settle(session, { chain, inFlight })
  if (settled === undefined) return begin(state, chain)
  const { finality } = state
  const recorded = finality.recorded + effects.filter(({ kind }) => kind === 'record').length
  const next = { ...state, session: settled, finality: { ...finality, recorded } }
  const [derived, ...more] = derive(next, settled, rules)
  return [derived, ...effects, ...more]
}

/** Reports what the pipeline dropped, and fetches L1 blocks ahead of their turn. */
function prepare(state: DerivationState, { confirmations }: DerivationRules): Advanced {
  const { session, heads, nowMs } = state
  if (session?.phase !== 'deriving') return [state]
  const { id, reports, window } = session
  const dropped = reports.splice(0).map((event) => ({ kind: 'report-dropped', event }) as const)
  const newest = (heads?.head.number ?? 0n) - confirmations
  const fetches = window
    .due({ newest, nowMs })
    .map((ask) => ({ kind: 'fetch-l1', session: id, ask }) as const)
  return [state, ...dropped, ...fetches]
}

function seekFinality(state: DerivationState): Advanced {
  const { finality, targets } = state
  const l1 = dueFinality(finality, state)
  if (l1 === undefined) return [state]
  const sought = { l1: l1.hash, recorded: finality.recorded }
  return [
    { ...state, finality: { ...finality, isAsked: true, sought } },
    { kind: 'seek-finalized', l1, above: targets.finalized?.number },
  ]
}

function tellWait(state: DerivationState, rules: DerivationRules): Advanced {
  const wait = waitReasonOf(state, rules)
  const { told } = state
  if (wait?.what === told?.what && wait?.next === told?.next) return [state]
  return [
    { ...state, told: wait },
    { kind: 'tell-wait', wait },
  ]
}
