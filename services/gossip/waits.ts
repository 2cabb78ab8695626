import type { Waiting } from '#service/status-reporter.ts'
import { lonelyMs } from './peers/tend-peers.ts'
import { wrongSignerOf } from './signing/signer-problem.ts'
import type { State } from './state.ts'

/** What gossip waits for. A lack of peers is not a wait, since a node can work without peers. */
export function waitOf({ signers }: State): Waiting | undefined {
  if (signers !== undefined) return undefined
  return {
    what: 'the unsafe block signer',
    next: 'ignores blocks of peers until da-watcher has read the signer from L1',
    on: 'da-watcher',
  }
}

/** The progress of gossip, as shown to operators. */
export function progressOf({ peers, highest, unsafe }: State): string {
  const count = peers.length === 1 ? '1 peer' : `${peers.length} peers`
  if (highest === undefined) return count
  const ahead = unsafe === undefined ? 0n : highest.number - unsafe.number
  const distance = ahead > farAheadBlocks ? `, ${ahead} above the unsafe head` : ''
  return `${count}; the highest block from peers is ${highest.number}${distance}`
}

/** What an operator should look at, although gossip does not wait. */
export function noticesOf(state: State, nowMs: number): readonly string[] {
  return [...peerNotices(state, nowMs), ...signerNotices(state)]
}

function peerNotices({ aloneSinceMs, known }: State, nowMs: number): readonly string[] {
  if (aloneSinceMs === undefined || nowMs - aloneSinceMs < lonelyMs) return []
  const tried = known.size === 0 ? 'knows no peer' : `reaches none of ${known.size} known peers`
  return [
    `gossip ${tried}: check that --p2p-static-peers or --p2p-bootnodes name peers, and that the network lets them through`,
  ]
}

/** Notices about the signer. Without a signature, a block of the sequencer reaches peers only through L1. */
function signerNotices(state: State): readonly string[] {
  const { signerProblem } = state
  const wrong = wrongSignerOf(state)
  if (wrong !== undefined) return [`own blocks cannot be published: ${wrong}`]
  return signerProblem === undefined ? [] : [signerProblem.text]
}

/** A block this far above the unsafe head shows that the engine is still syncing. */
const farAheadBlocks = 10n
