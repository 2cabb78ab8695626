import type { Waiting } from '#service/status-reporter.ts'

/** What flashblock-p2p knows of the other builders and of the streams that it follows. */
export interface PeerView {
  /** Number of known peers. */
  readonly known: number
  /** Number of connected peers. */
  readonly connected: number
  /** Number of streams. */
  readonly streams: number
  /** Why no stream gives flashblocks; undefined if one does. */
  readonly streamProblem: string | undefined
}

/** What flashblock-p2p waits for: flashblocks are only safe with a builder that receives them. */
export function waitOf({
  connected,
  known,
  streamProblem,
  streams,
}: PeerView): Waiting | undefined {
  if (known > 0 && connected === 0)
    return {
      what: `one of ${known} other builders`,
      why: 'none of them is connected, so flashblocks would be lost with this node',
      next: 'dials them again every few seconds; check --flashblock-known-peers, and that they run',
    }
  if (streamProblem === undefined) return undefined
  return {
    what: `flashblocks of ${streams === 1 ? 'a stream' : `one of ${streams} streams`}`,
    why: streamProblem,
    next: 'connects again within five seconds; check --flashblock-follow',
  }
}
