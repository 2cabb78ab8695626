import type { Address } from '#protocol/primitives.ts'

// Predeploys that the state transition itself reads or pays. Spec: protocol/predeploys.md

const predeploy = (last: string): Address =>
  `0x42000000000000000000000000000000000000${last}` as Address

/** Its slots hold what L1 data costs. */
export const l1BlockAddress: Address = predeploy('15')

/** Its storage root is the `withdrawalsRoot` of a header from Isthmus on. */
export const messagePasserAddress: Address = predeploy('16')

/** Gets the base fee. */
export const baseFeeVault: Address = predeploy('19')

/** Gets the fee for L1 data. */
export const l1FeeVault: Address = predeploy('1a')

/** Gets the operator fee. */
export const operatorFeeVault: Address = predeploy('1b')
