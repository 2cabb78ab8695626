import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { BlockRules } from './block-rules.ts'

/**
 * Gas added to the limit of an activation block for its upgrade transactions. Lagoon's value includes the gas of the
 * two transactions that only chains with interop peers have. Spec: protocol/karst/derivation.md
 */
const upgradeGasByFork = { karst: 55_370_657n, lagoon: 60_653_172n } as const

/** Forks with upgrade gas; a block activates at most one of them. */
const forksWithGas = ['karst', 'lagoon'] as const

// Rule upgrade-gas: Karst and Lagoon raise the gas limit of their activation block only. Spec: karst/derivation.md,
// derive/payload_util.go
/** Upgrade gas of a block; 0 unless the block activates Karst or Lagoon. */
export function upgradeGas({ begins }: BlockRules): bigint {
  if (begins.length === 0) return 0n
  return forksWithGas.reduce(
    (sum, name) => sum + (begins.includes(name) ? upgradeGasByFork[name] : 0n),
    0n,
  )
}

/** Upgrade gas that stays in the gas limit of later blocks: some chains did not remove the upgrade gas of Karst. */
export function lastingUpgradeGas(config: RollupConfig, { begins }: BlockRules): bigint {
  return config.keepsKarstUpgradeGas && begins.includes('karst') ? upgradeGasByFork.karst : 0n
}

/**
 * Computes the gas limit of the system config from the gas limit of a header.
 *
 * @throws DecodeError if the limit of an activation block is below its upgrade gas
 */
export function gasLimitOfHeader(
  config: RollupConfig,
  rules: BlockRules,
  gasLimit: bigint,
): bigint {
  const extra = upgradeGas(rules) - lastingUpgradeGas(config, rules)
  if (gasLimit < extra)
    throw new DecodeError(`gas limit ${gasLimit} is below the upgrade gas ${extra}`)
  return gasLimit - extra
}
