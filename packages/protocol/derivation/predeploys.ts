import type { Address } from '#protocol/primitives.ts'

// Addresses that mean something to derivation. Spec: protocol/predeploys.md

/** Sends the L1 attributes and most upgrades; nobody has its key. */
export const depositorAddress = '0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001' as Address

/** Takes the L1 attributes. */
export const l1BlockAddress = '0x4200000000000000000000000000000000000015' as Address

/** Gets the fees of every block. */
export const sequencerFeeVaultAddress = '0x4200000000000000000000000000000000000011' as Address

/** Holds the ether that other chains send. */
export const ethLiquidityAddress = '0x4200000000000000000000000000000000000025' as Address

/** Keeps what users want to withdraw; its storage root is part of the output root. */
export const messagePasserAddress = '0x4200000000000000000000000000000000000016' as Address
