import type { ChainState } from '#messages/chain-state.ts'
import { DerivationDriver } from '#protocol/pipeline/derivation-driver.ts'
import { L1Window } from '#services/derivation/session/l1-window.ts'
import { noRetry, reset, retryAfter } from '#services/derivation/session/retries.ts'
import { SafeBlocks } from '#services/derivation/session/safe-blocks.ts'
import type { Deriving, Rules, Starting } from '#services/derivation/session/session.ts'
import type { Event, State, Stepped } from '#services/derivation/state.ts'
import { noBatches } from '#services/derivation/session/batch-progress.ts'
import type { SessionStart } from './read-start.ts'

/** Begins a session at the engine's safe head. */
export function beginSession(state: State, chain: ChainState): Stepped {
  const id = state.sessions + 1
  const session: Starting = {
    phase: 'starting',
    id,
    generation: chain.generation,
    sequence: chain.sequence,
    isRequested: true,
    retry: noRetry,
  }
  return [
    // The progress of batches begins again, because the new pipeline reads L1 blocks again that an earlier session
    // read.
    { ...state, session, sessions: id, batches: noBatches },
    { kind: 'begin-session', session: id, chain },
  ]
}

/** Reads the start again once a retry is due. */
export function retryStart(state: State, session: Starting, chain: ChainState): Stepped {
  if (session.isRequested || state.nowMs < session.retry.notBeforeMs) return [state]
  return [
    { ...state, session: { ...session, isRequested: true } },
    { kind: 'fetch-start', session: session.id, chain },
  ]
}

/** Handles the result of `fetch-start`: begins to derive, resets, or retries. */
export function startFetched(
  state: State,
  session: Starting,
  {
    event: { start },
    rules,
  }: { readonly event: Extract<Event, { kind: 'start-fetched' }>; readonly rules: Rules },
): Stepped {
  switch (start.kind) {
    case 'reorged':
      return reset(state, session, { reason: 'l1-reorg' })
    case 'unknown-inclusion':
      return reset(state, session, { reason: 'unknown-inclusion' })
    case 'resume-at':
      return reset(state, session, { reason: 'history', resumeAt: start.block })
    case 'foreign-history':
      return [{ ...state, session: { ...session, isRequested: false } }, { kind: 'clear-history' }]
    case 'failed': {
      const retry = retryAfter(session.retry, { nowMs: state.nowMs, problem: start.error.message })
      return [{ ...state, session: { ...session, isRequested: false, retry } }]
    }
    case 'found':
      return beginDeriving(state, session, { start, rules })
  }
}

function beginDeriving(
  state: State,
  session: Starting,
  { start, rules }: { readonly start: SessionStart; readonly rules: Rules },
): Stepped {
  const { head, base, batcher, madeSafe, l1Genesis } = start
  const safeBlocks = new SafeBlocks()
  const reports: Deriving['reports'] = []
  const pipeline = rules.makePipeline({
    config: rules.config,
    base,
    batcher,
    safeBlock: (number) => safeBlocks.get(number),
    report: (report) => reports.push(report),
  })
  const driver = new DerivationDriver(rules.config, head)
  driver.start(pipeline)
  const { id, generation, sequence } = session
  const deriving: Deriving = {
    phase: 'deriving',
    id,
    generation,
    sequence,
    driver,
    pipeline,
    window: new L1Window(base, pipeline.batcher),
    safeBlocks,
    reports,
    inFlight: undefined,
    blocked: undefined,
    madeSafe,
    done: undefined,
  }
  const next = { ...state, session: deriving }
  if (l1Genesis === undefined) return [next]
  return [next, { kind: 'record', entry: { l1: l1Genesis, safe: head.ref, generation } }]
}
