import type { Waiting } from '#service/status-reporter.ts'

/** What flashblock-p2p knows of the other builders. */
export interface PeerView {
  /** Number of known peers. */
  readonly known: number
  /** Number of connected peers. */
  readonly connected: number
}

/** What flashblock-p2p waits for: flashblocks are only safe with a builder that receives them. */
export function waitOf({ connected, known }: PeerView): Waiting | undefined {
  if (known === 0 || connected > 0) return undefined
  return {
    what: `one of ${known} other builders`,
    why: 'none of them is connected, so flashblocks would be lost with this node',
    next: 'dials them again every few seconds; check --flashblock-known-peers, and that they run',
  }
}
