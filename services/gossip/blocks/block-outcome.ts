import type { IgnoreReason, RejectReason } from '#protocol/p2p/validate-block.ts'

/** Outcome of a block from peers. */
export type BlockOutcome =
  | 'accepted'
  /** Valid and relayed, but not stored: as many accepted blocks as gossip keeps already wait for the bus. */
  | 'not-stored'
  /** Dropped before it was validated: too many blocks wait, or its peer sends too many or is ignored for its score. */
  | 'busy'
  /** Dropped before it was validated, since the thread that opens large messages ended. */
  | 'failed'
  | IgnoreReason
  | RejectReason
