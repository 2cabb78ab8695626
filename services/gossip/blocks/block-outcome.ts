import type { IgnoreReason, RejectReason } from '#protocol/p2p/validate-block.ts'

/** Outcome of a block from peers. */
export type BlockOutcome =
  | 'accepted'
  /** Valid and relayed, but not stored: the accepted blocks that wait for the bus have reached their limit. */
  | 'not-stored'
  /** Dropped before validation: too many blocks wait, or the peer sends too many blocks, or its score is too low. */
  | 'busy'
  /** Dropped before validation: the thread that opens large messages ended. */
  | 'failed'
  | IgnoreReason
  | RejectReason
