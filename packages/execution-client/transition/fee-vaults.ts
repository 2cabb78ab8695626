import type { Address } from '#protocol/primitives.ts'

// Predeploys that the state transition reads or pays. Spec: protocol/predeploys.md

const predeploy = (last: string): Address =>
  `0x42000000000000000000000000000000000000${last}` as Address

/** The L1Block contract, whose slots hold the fee parameters. */
export const l1BlockAddress: Address = predeploy('15')

/** The L2ToL1MessagePasser, whose storage root is the `withdrawalsRoot` of a header from Isthmus on. */
export const messagePasserAddress: Address = predeploy('16')

/** Receives the base fee. */
export const baseFeeVault: Address = predeploy('19')

/** Receives the L1 data fee. */
export const l1FeeVault: Address = predeploy('1a')

/** Receives the operator fee. */
export const operatorFeeVault: Address = predeploy('1b')
