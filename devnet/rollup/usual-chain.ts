/** L1 blocks from the head to the safe block; the finalized block is twice as far. */
export const l1SafeDistance = 4

/** The usual sequencing window in L1 blocks. */
export const usualWindowBlocks = 100

/** The sequencer drift before Fjord, in seconds. */
export const maxDrift = 600
