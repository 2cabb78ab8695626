import type { Waiting } from '#service/status-reporter.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import type { Blocked, Deriving, Halted } from './session/session.ts'
import type { State } from './state.ts'

/** A wait that takes no longer than this is not reported. */
const reportAfterMs = 1_000

/** A wait for a new L1 block is reported only after this time, because L1 may miss a slot or two. */
const quietL1Ms = 30_000

/** What derivation waits for; undefined if it makes progress. */
export function waitOf(state: State): Waiting | undefined {
  const { chain, session } = state
  if (chain === undefined)
    return { what: 'engine to publish its chain', ...waitsOn('engine', 'reads it each second') }
  if (chain.sync === 'el-syncing')
    return {
      what: 'the execution client to end its own sync',
      ...waitsOn('engine', 'begins to derive when engine reports the end'),
    }
  switch (session?.phase) {
    case undefined:
      return undefined
    case 'starting': {
      const { problem } = session.retry
      if (problem === undefined) return undefined
      return {
        what: 'the blocks that derivation starts with',
        why: problem,
        next: 'retries without end; see what engine and da-watcher wait for',
      }
    }
    case 'resetting': {
      const { reason, l1, retry } = session
      const at = l1 === undefined ? '' : ` at L1 block ${nameOf(l1)}`
      return {
        what: `engine to begin a new generation, since derivation was reset${at} (${reason})`,
        why: retry.problem,
        ...waitsOn('engine', 'repeats the request until it does'),
      }
    }
    case 'halted':
      return haltReason(session)
    case 'deriving':
      return derivingReason(state, session)
  }
}

/** The remaining fields of a wait that another service causes. The wait of that service has the details. */
function waitsOn(on: 'engine' | 'da-watcher', next: string): Pick<Waiting, 'next' | 'on'> {
  return { next: `${next}; see what ${on} waits for, or whether it runs`, on }
}

function haltReason({ reason, detail, head, l1 }: Halted): Waiting {
  const isPeers = reason === 'interop-peers'
  const what = isPeers
    ? `an operator: from Lagoon on, a chain with interop peers, such as this chain, cannot be derived alone; the last block is ${nameOf(head)}`
    : `an operator: derivation cannot continue after block ${nameOf(head)}, at L1 block ${nameOf(l1)} (${reason}${detail === undefined ? '' : `: ${detail}`})`
  const advice = isPeers
    ? 'follow this chain with a node that derives all of its peers too'
    : 'compare this block with another node, and keep it with atoll record --from-cache'
  return { what, next: `derives nothing until engine begins a new generation; ${advice}` }
}

function derivingReason(state: State, session: Deriving): Waiting | undefined {
  const { nowMs } = state
  const { inFlight, blocked } = session
  if (inFlight !== undefined) {
    if (nowMs - inFlight.sinceMs < reportAfterMs) return undefined
    const { problem, request } = inFlight
    return {
      what: `engine to apply the attributes of block ${request.parent.number + 1n}`,
      why: problem,
      startedMs: inFlight.sinceMs,
      ...waitsOn('engine', 'sends them again until it does'),
    }
  }
  if (blocked === undefined || nowMs - blocked.sinceMs < reportAfterMs) return undefined
  const wait = blocked.kind === 'l1' ? l1Reason(state, session, blocked) : l2Reason(blocked)
  return wait && { ...wait, startedMs: blocked.sinceMs }
}

function l1Reason(
  { heads, nowMs, confirmations }: State,
  { window }: Deriving,
  { number, sinceMs }: Extract<Blocked, { kind: 'l1' }>,
): Waiting | undefined {
  if (heads === undefined)
    return {
      what: 'da-watcher to publish the heads of L1',
      ...waitsOn('da-watcher', 'reads them each second'),
    }
  const { head } = heads
  if (number + confirmations <= head.number) {
    return {
      what: `da-watcher to fetch L1 block ${number}`,
      why: window.problem,
      ...waitsOn('da-watcher', 'repeats the request until it does'),
    }
  }
  if (nowMs - sinceMs < quietL1Ms) return undefined
  const confirmed = confirmations === 0n ? '' : ` and its ${confirmations} confirmations`
  return {
    what: `L1 block ${number}${confirmed}`,
    why: `the newest L1 block that da-watcher knows is ${head.number}`,
    next: 'continues when da-watcher reports that block; if L1 has it, check that --l1-rpc-urls are in sync',
  }
}

function l2Reason({ number, retry }: Extract<Blocked, { kind: 'l2' }>): Waiting {
  return {
    what: `engine to fetch L2 block ${number}, which a batch overlaps`,
    why: retry.problem,
    ...waitsOn('engine', 'repeats the request until it does'),
  }
}

function nameOf({ number, hash }: BlockId): string {
  return `${number} (${hash})`
}
