import type { BlockId } from '#protocol/block/refs.ts'
import type {
  Blocked,
  DerivationRules,
  DerivationState,
  Deriving,
  Halted,
  WaitReason,
} from './state.ts'

/** What takes longer than this is told. */
const tellAfterMs = 1_000

/** At the head of L1 nothing is to be told before this: a slot may be missed, or two. */
const quietL1Ms = 30_000

/** What derivation cannot go on without, for a person who wants to know why nothing happens; undefined while all goes well. */
export function waitReasonOf(
  state: DerivationState,
  rules: DerivationRules,
): WaitReason | undefined {
  const { chain, session, nowMs } = state
  if (chain === undefined)
    return { what: 'engine to tell its chain', next: seeEngine('looks each second') }
  if (chain.sync === 'el-syncing')
    return {
      what: 'the execution client to end its own sync',
      next: 'begins to derive when engine says so; nothing to do: the log of the execution client says how far it is',
    }
  switch (session?.phase) {
    case undefined:
      return undefined
    case 'starting': {
      const { problem } = session.retry
      if (problem === undefined) return undefined
      return {
        what: `what derivation begins with: ${problem}`,
        next: 'tries again all the time; see what engine and da-watcher wait for',
      }
    }
    case 'resetting': {
      const { reason, l1, retry } = session
      const why = retry.problem === undefined ? '' : `: ${retry.problem}`
      const at = l1 === undefined ? '' : ` at L1 block ${nameOf(l1)}`
      return {
        what: `engine to begin a new generation: derivation was reset${at} (${reason})${why}`,
        next: seeEngine('asks for it until it comes'),
      }
    }
    case 'halted':
      return haltReason(session)
    case 'deriving':
      return derivingReason({ ...state, session, nowMs }, rules)
  }
}

/** Engine is what holds it up: its own wait says more. */
function seeEngine(next: string): string {
  return `${next}; see what engine waits for, or whether it runs`
}

/** The same of da-watcher. */
function seeDaWatcher(next: string): string {
  return `${next}; see what da-watcher waits for, or whether it runs`
}

function haltReason({ reason, detail, head, l1 }: Halted): WaitReason {
  const isPeers = reason === 'interop-peers'
  const what = isPeers
    ? `an operator: from Lagoon on a chain with interop peers, such as this one, cannot be derived alone; the last block is ${nameOf(head)}`
    : `an operator: derivation cannot go on after block ${nameOf(head)}, at L1 block ${nameOf(l1)} (${reason}${detail === undefined ? '' : `: ${detail}`})`
  const advice = isPeers
    ? 'a chain with interop peers has to follow a node that has them all'
    : 'compare this block with another node, and keep it with atoll record --from-cache'
  return { what, next: `derives nothing until engine begins a new generation; ${advice}` }
}

function derivingReason(
  state: DerivationState & { readonly session: Deriving },
  rules: DerivationRules,
): WaitReason | undefined {
  const { session, nowMs } = state
  const { inFlight, blocked } = session
  if (inFlight !== undefined) {
    if (nowMs - inFlight.sinceMs < tellAfterMs) return undefined
    const { problem, request } = inFlight
    const why = problem === undefined ? '' : `: ${problem}`
    return {
      what: `engine to carry out the attributes of block ${request.parent.number + 1n} (sequence ${request.sequence})${why}`,
      next: seeEngine('sends them again all the time'),
    }
  }
  if (blocked === undefined || nowMs - blocked.sinceMs < tellAfterMs) return undefined
  return blocked.kind === 'l1' ? l1Reason(state, blocked, rules) : l2Reason(blocked)
}

function l1Reason(
  { heads, session, nowMs }: DerivationState & { readonly session: Deriving },
  { number, sinceMs }: Extract<Blocked, { kind: 'l1' }>,
  { confirmations }: DerivationRules,
): WaitReason | undefined {
  if (heads === undefined)
    return { what: 'da-watcher to tell the heads of L1', next: seeDaWatcher('looks each second') }
  const { head } = heads
  if (number + confirmations <= head.number) {
    const { problem } = session.window
    const why = problem === undefined ? '' : `: ${problem}`
    return {
      what: `da-watcher to give L1 block ${number}${why}`,
      next: seeDaWatcher('asks for it until it comes'),
    }
  }
  if (nowMs - sinceMs < quietL1Ms) return undefined
  const confirmed = confirmations === 0n ? '' : ` and the ${confirmations} confirmations set for it`
  return {
    what: `L1 block ${number}${confirmed}: da-watcher has seen L1 up to ${head.number}`,
    next: 'goes on when da-watcher tells of it; if L1 is further, see that the nodes of --l1-rpc-urls are in sync',
  }
}

function l2Reason({ number, retry }: Extract<Blocked, { kind: 'l2' }>): WaitReason {
  const why = retry.problem === undefined ? '' : `: ${retry.problem}`
  return {
    what: `engine to give L2 block ${number}, which a batch overlaps${why}`,
    next: seeEngine('asks for it until it comes'),
  }
}

function nameOf({ number, hash }: BlockId): string {
  return `${number} (${hash})`
}
