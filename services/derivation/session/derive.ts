import { isActive } from '#protocol/chains/chain-spec.ts'
import { attributesDigest } from '#protocol/derivation/attributes-digest.ts'
import type { DerivedAttributes } from '#protocol/pipeline/pipeline.ts'
import { resendMs } from '#bus/bus-limits.ts'
import type { Effect, State, Stepped } from '#services/derivation/state.ts'
import { noteAttributes, noteL1Block } from './batch-progress.ts'
import { noRetry, requestReset, reset } from './retries.ts'
import { safeBlocksPerFetch } from './safe-blocks.ts'
import type { Blocked, Deriving, Halted, HaltReason, Rules } from './session.ts'

/** The result of one action of derivation, and whether the next action may follow without a new event. */
interface Turn {
  readonly state: State
  readonly effects: readonly Effect[]
  readonly continues: boolean
}

/** Reads L1 until there are attributes to send, or a block is missing. Called while no attributes are in flight. */
export function derive(state: State, session: Deriving, rules: Rules): Stepped {
  const effects: Effect[] = []
  for (let [at, current] = [state, session]; ;) {
    const turn = takeTurn(at, current, rules)
    effects.push(...turn.effects)
    const next = turn.state.session
    if (next?.phase === 'resetting') {
      const [requested, ...requests] = requestReset(turn.state, next)
      return [requested, ...effects, ...requests]
    }
    if (!turn.continues || next?.phase !== 'deriving') return [turn.state, ...effects]
    at = turn.state
    current = next
  }
}

function takeTurn(state: State, session: Deriving, rules: Rules): Turn {
  const { blocked, driver } = session
  if (blocked?.kind === 'l1') return pushL1Block(state, session)
  if (blocked?.kind === 'l2') return fetchL2(state, session, blocked)
  const output = driver.next()
  switch (output.kind) {
    case 'attributes':
      return send(state, session, { derived: output, rules })
    case 'needs-l1-block':
      return finishL1Block(state, session)
    case 'needs-l2-block': {
      const { number } = output
      return block(state, session, {
        kind: 'l2',
        number,
        sinceMs: state.nowMs,
        isRequested: false,
        retry: noRetry,
      })
    }
    case 'reset':
      return stop(reset(state, session, output))
    case 'critical':
      return halt(state, session, output)
  }
}

/**
 * Makes the session wait for the next L1 block. The first time, also records and publishes that everything in the
 * current L1 block was derived.
 */
function finishL1Block(state: State, session: Deriving): Turn {
  const { pipeline, done } = session
  const { origin } = pipeline
  const finished = block(
    state,
    { ...session, done: origin.hash },
    {
      kind: 'l1',
      number: origin.number + 1n,
      sinceMs: state.nowMs,
    },
  )
  if (done === origin.hash) return finished
  const { generation } = session
  const targets = {
    ...state.targets,
    currentL1: origin,
    generation,
    version: state.chain?.version ?? 0n,
  }
  return {
    state: { ...finished.state, targets },
    effects: [
      { kind: 'finish-l1', l1: origin, generation: session.generation },
      { kind: 'write-targets', targets },
    ],
    continues: true,
  }
}

function block(state: State, session: Deriving, blocked: Blocked): Turn {
  return { state: { ...state, session: { ...session, blocked } }, effects: [], continues: true }
}

function pushL1Block(state: State, session: Deriving): Turn {
  const { pipeline, window } = session
  const next = window.peek()
  if (next === undefined) return stop([state])
  const { madeSafe } = session
  if (next.number === madeSafe?.number && next.hash !== madeSafe.hash)
    return stop(reset(state, session, { reason: 'l1-reorg' }))
  const pushed = pipeline.push(next)
  switch (pushed.kind) {
    case 'taken':
      window.advance(next)
      window.useBatcher(pipeline.batcher)
      return {
        state: {
          ...state,
          session: { ...session, blocked: undefined },
          batches: noteL1Block(state.batches, next, pipeline.batcher),
        },
        effects: [],
        continues: true,
      }
    case 'needs-blobs':
      window.useBatcher(pushed.batcher)
      window.refuse(state)
      return stop([state])
    case 'reset':
      return stop(reset(state, session, pushed))
  }
}

function fetchL2(state: State, session: Deriving, blocked: Extract<Blocked, { kind: 'l2' }>): Turn {
  if (blocked.isRequested || state.nowMs < blocked.retry.notBeforeMs) return stop([state])
  const { id, generation, driver } = session
  const from = blocked.number
  const last = from + safeBlocksPerFetch - 1n
  const head = driver.pending.ref.number
  const to = last < head ? last : head
  const requested = block(state, session, { ...blocked, isRequested: true })
  return stop([requested.state, { kind: 'fetch-l2', session: id, generation, from, to }])
}

function send(
  state: State,
  session: Deriving,
  { derived, rules }: { readonly derived: DerivedAttributes; readonly rules: Rules },
): Turn {
  const { id, generation, sequence, safeBlocks } = session
  const { attributes, parent, derivedFrom, isLastInSpan } = derived
  const { config } = rules
  if (config.hasInteropPeers && isActive(config, 'lagoon', attributes.timestamp))
    return halt(state, session, { reason: 'interop-peers' })
  safeBlocks.clear()
  const request = {
    generation,
    sequence: sequence + 1n,
    parent,
    attributes,
    derivedFrom,
    concludesBatch: isLastInSpan,
  }
  const digest = attributesDigest({ parentHash: parent.hash, attributes })
  const inFlight = {
    request,
    digest,
    derived,
    sinceMs: state.nowMs,
    sends: 1,
    resendAtMs: state.nowMs + resendMs,
    problem: undefined,
  }
  const batches = noteAttributes(state.batches, derived, config)
  return stop([
    { ...state, session: { ...session, inFlight }, batches },
    { kind: 'apply', session: id, request, digest, isRepeat: false },
  ])
}

function halt(
  state: State,
  session: Deriving,
  { reason, detail }: { readonly reason: HaltReason; readonly detail?: string },
): Turn {
  const { id, generation, sequence, driver, pipeline } = session
  const head = driver.pending.ref
  const l1 = pipeline.origin
  const halted: Halted = { phase: 'halted', id, generation, sequence, reason, detail, head, l1 }
  return stop([
    { ...state, session: halted },
    { kind: 'halt', reason, detail, head, l1 },
  ])
}

function stop([state, ...effects]: Stepped): Turn {
  return { state, effects, continues: false }
}
