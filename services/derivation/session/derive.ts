import { isActive } from '#protocol/chains/chain-spec.ts'
import { attributesDigest } from '#protocol/derivation/attributes-digest.ts'
import type { DerivedAttributes } from '#protocol/pipeline/pipeline.ts'
import { resendMs } from '#bus/bus-limits.ts'
import type {
  Advanced,
  Blocked,
  DerivationEffect,
  DerivationRules,
  DerivationState,
  Deriving,
  Halted,
  HaltReason,
} from '#services/derivation/state.ts'
import { askForReset, noRetry, reset } from './retries.ts'
import { safeBlocksPerFetch } from './safe-blocks.ts'

/** One thing that was done, and whether there may be more to do at once. */
interface Turn {
  readonly state: DerivationState
  readonly effects: readonly DerivationEffect[]
  readonly goesOn: boolean
}

/** Nothing is in flight: reads L1 until there are attributes to send, or something is missing. */
export function derive(
  state: DerivationState,
  session: Deriving,
  rules: DerivationRules,
): Advanced {
  const effects: DerivationEffect[] = []
  for (let [at, current] = [state, session]; ;) {
    const turn = takeTurn(at, current, rules)
    effects.push(...turn.effects)
    const next = turn.state.session
    if (next?.phase === 'resetting') {
      const [asked, ...asks] = askForReset(turn.state, next)
      return [asked, ...effects, ...asks]
    }
    if (!turn.goesOn || next?.phase !== 'deriving') return [turn.state, ...effects]
    at = turn.state
    current = next
  }
}

function takeTurn(state: DerivationState, session: Deriving, rules: DerivationRules): Turn {
  const { blocked, pipeline, head } = session
  if (blocked?.kind === 'l1') return pushNext(state, session)
  if (blocked?.kind === 'l2') return fetchL2(state, session, blocked)
  const output = pipeline.next(head)
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
        isAsked: false,
        retry: noRetry,
      })
    }
    case 'reset':
      return stop(reset(state, session, output))
    case 'critical':
      return halt(state, session, output)
  }
}

/** All of the L1 block is derived: that is progress, and what it made safe is settled. */
function finishL1Block(state: DerivationState, session: Deriving): Turn {
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
  const targets = { ...state.targets, currentL1: origin }
  return {
    state: { ...finished.state, targets },
    effects: [
      { kind: 'finish-l1', l1: origin, generation: session.generation },
      { kind: 'write-targets', targets },
    ],
    goesOn: true,
  }
}

function block(state: DerivationState, session: Deriving, blocked: Blocked): Turn {
  return { state: { ...state, session: { ...session, blocked } }, effects: [], goesOn: true }
}

function pushNext(state: DerivationState, session: Deriving): Turn {
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
        state: { ...state, session: { ...session, blocked: undefined } },
        effects: [],
        goesOn: true,
      }
    case 'needs-blobs':
      window.useBatcher(pushed.batcher)
      window.refuse(state)
      return stop([state])
    case 'reset':
      return stop(reset(state, session, pushed))
  }
}

function fetchL2(
  state: DerivationState,
  session: Deriving,
  blocked: Extract<Blocked, { kind: 'l2' }>,
): Turn {
  if (blocked.isAsked || state.nowMs < blocked.retry.notBeforeMs) return stop([state])
  const { id, generation, head } = session
  const from = blocked.number
  const last = from + safeBlocksPerFetch - 1n
  const to = last < head.ref.number ? last : head.ref.number
  const asked = block(state, session, { ...blocked, isAsked: true })
  return stop([asked.state, { kind: 'fetch-l2', session: id, generation, from, to }])
}

function send(
  state: DerivationState,
  session: Deriving,
  { derived, rules }: { readonly derived: DerivedAttributes; readonly rules: DerivationRules },
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
  return stop([
    { ...state, session: { ...session, inFlight } },
    { kind: 'apply', session: id, request, digest, isRepeat: false },
  ])
}

function halt(
  state: DerivationState,
  session: Deriving,
  { reason, detail }: { readonly reason: HaltReason; readonly detail?: string },
): Turn {
  const { id, generation, sequence, head, pipeline } = session
  const halted: Halted = {
    phase: 'halted',
    id,
    generation,
    sequence,
    reason,
    detail,
    head: head.ref,
    l1: pipeline.origin,
  }
  return stop([
    { ...state, session: halted },
    { kind: 'halt', reason, detail, head: head.ref, l1: pipeline.origin },
  ])
}

function stop([state, ...effects]: Advanced): Turn {
  return { state, effects, goesOn: false }
}
