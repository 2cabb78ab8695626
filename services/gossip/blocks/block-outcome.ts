import type { IgnoreReason, RejectReason } from '#protocol/p2p/validate-block.ts'

/** How a block from peers ended. */
export type BlockOutcome =
  | 'accepted'
  /** Valid, and relayed, but not stored: the bus has as many blocks to store as gossip keeps. */
  | 'not-stored'
  /** Dropped before it was validated, since too many blocks wait for that, or its peer is ignored by then. */
  | 'busy'
  /** Dropped before it was validated, since the thread that opens large messages ended. */
  | 'failed'
  | IgnoreReason
  | RejectReason
