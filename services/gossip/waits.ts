import type { Waiting } from '#service/status-reporter.ts'
import { lonelyMs } from './peers/tend-peers.ts'
import type { State } from './state.ts'

/** What gossip waits for. A node without peers does not wait: it is complete with its own blocks. */
export function waitOf({ signers }: State): Waiting | undefined {
  if (signers !== undefined) return undefined
  return {
    what: 'the unsafe block signer',
    next: 'ignores blocks of peers until da-watcher has read it from L1',
    on: 'da-watcher',
  }
}

/** Where gossip is in its work, as shown to operators. */
export function progressOf({ peers, highest, unsafe }: State): string {
  const count = peers.length === 1 ? '1 peer' : `${peers.length} peers`
  if (highest === undefined) return count
  const ahead = unsafe === undefined ? 0n : highest.number - unsafe.number
  const distance = ahead > farAheadBlocks ? `, ${ahead} above the unsafe head` : ''
  return `${count}; the highest block from peers is ${highest.number}${distance}`
}

/** What an operator should look at, although nothing waits. */
export function noticesOf({ aloneSinceMs, known }: State, nowMs: number): readonly string[] {
  if (aloneSinceMs === undefined || nowMs - aloneSinceMs < lonelyMs) return []
  const tried = known.size === 0 ? 'knows no peer' : `reaches none of ${known.size} known peers`
  return [
    `gossip ${tried}: see that --p2p-static-peers or --p2p-bootnodes name peers, and that the network lets them through`,
  ]
}

/** A block this far above the unsafe head shows that the engine is still syncing. */
const farAheadBlocks = 10n
