import type { Address } from '#protocol/primitives.ts'

// Addresses that derivation uses. Spec: protocol/predeploys.md

/** The depositor account: sender of the L1 attributes and most upgrades. The account has no key. */
export const depositorAddress = '0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001' as Address

/** The L1Block contract, which receives the L1 attributes. */
export const l1BlockAddress = '0x4200000000000000000000000000000000000015' as Address

/** The sequencer fee vault: fee recipient of every block. */
export const sequencerFeeVaultAddress = '0x4200000000000000000000000000000000000011' as Address

/** The ETHLiquidity contract, which holds ether for transfers between chains. */
export const ethLiquidityAddress = '0x4200000000000000000000000000000000000025' as Address

/** The L2ToL1MessagePasser, which stores withdrawals; its storage root is part of the output root. */
export const messagePasserAddress = '0x4200000000000000000000000000000000000016' as Address
