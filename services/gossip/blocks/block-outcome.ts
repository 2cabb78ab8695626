import type { IgnoreReason, RejectReason } from '#protocol/p2p/validate-block.ts'

/** Outcome of a block from peers. */
export type BlockOutcome =
  | 'accepted'
  /** Valid and relayed, but not stored: the accepted blocks that wait for the bus have reached their limit. */
  | 'not-stored'
  /** Dropped before it was validated: too many blocks wait, or its peer sends too many or is ignored for its score. */
  | 'busy'
  /** Dropped before it was validated, since the thread that opens large messages ended. */
  | 'failed'
  | IgnoreReason
  | RejectReason
