import type { HardforkName } from '#protocol/chains/hardforks.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { encodeDeposit } from '#protocol/transaction/deposit.ts'
import { depositorAddress, ethLiquidityAddress, l1BlockAddress } from './predeploys.ts'
import { upgradeSourceHash } from './source-hash.ts'
import { isUpgradingFork, unpackUpgrades, type Upgrade } from './upgrades/unpack-upgrades.ts'

/** The parts of the rollup config that upgrade transactions depend on. */
export type UpgradeRules = Pick<RollupConfig, 'hasInteropPeers'>

/**
 * The upgrade transactions of a hardfork for its activation block, in order; empty for a fork without any.
 * Spec: protocol/ecotone, fjord, isthmus, jovian, karst and lagoon, each derivation.md#network-upgrade-transactions;
 * where op-node's intents differ from those of the specification, op-node's apply, since the chains have used them
 */
export function upgradesOf(
  fork: HardforkName,
  { hasInteropPeers }: UpgradeRules,
): readonly Upgrade[] {
  if (!isUpgradingFork(fork)) return []
  const upgrades = unpackUpgrades(fork)
  return fork === 'lagoon' && hasInteropPeers
    ? [switchInteropOn, ...upgrades, fundLiquidity]
    : upgrades
}

// Rule upgrade-transactions: The activation blocks of Ecotone, Fjord, Isthmus, Jovian and Karst have upgrade
// transactions. Spec: ecotone/derivation.md, fjord/derivation.md, isthmus/derivation.md, jovian/derivation.md,
// karst/derivation.md, derive/upgrade_transaction.go
/** The upgrade transactions of a hardfork, encoded. */
export function upgradeTransactions(
  fork: HardforkName,
  rules: UpgradeRules,
): readonly Uint8Array[] {
  return upgradesOf(fork, rules).map(({ deposit }) => encodeDeposit(deposit))
}

// Rule lagoon-transactions: Lagoon's activation block has upgrade transactions, two more with interop peers.
// Spec: interop/derivation.md, derive/upgrade_transaction.go
/** `setFeature(bytes32)` with `INTEROP`. */
const switchInteropOn: Upgrade = upgrade('Interop pre: setFeature(INTEROP)', {
  to: l1BlockAddress,
  mint: 0n,
  gas: 100_000n,
  data: fromHex(`0x46a4d780${'494e5445524f50'.padEnd(64, '0')}`),
})

/** `fund()`: the only upgrade transaction with ether, enough for all transfers between chains. */
const fundLiquidity: Upgrade = upgrade('Interop post: ETHLiquidity Funding', {
  to: ethLiquidityAddress,
  mint: 2n ** 128n - 1n,
  gas: 50_000n,
  data: fromHex('0xb60d4288'),
})

function upgrade(
  intent: string,
  fields: Pick<Upgrade['deposit'], 'to' | 'mint' | 'gas' | 'data'>,
): Upgrade {
  return {
    intent,
    deposit: {
      sourceHash: upgradeSourceHash(intent),
      from: depositorAddress,
      value: fields.mint,
      isSystemTransaction: false,
      ...fields,
    },
  }
}
