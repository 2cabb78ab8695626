import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { BlockRules } from './block-rules.ts'

/**
 * Gas that the first block of a fork gets on top of its limit, for the fork's own transactions. Lagoon's has that of the two
 * that only some chains get. Spec: protocol/karst/derivation.md
 */
const upgradeGasByFork = { karst: 55_370_657n, lagoon: 60_653_172n } as const

/** Forks with such gas; at most one begins in a block. */
const forksWithGas = ['karst', 'lagoon'] as const

// Rule upgrade-gas: Karst and Lagoon raise the gas limit of their activation block only. Spec: karst/derivation.md,
// derive/payload_util.go
/** Gas for the transactions of the forks that begin in a block; 0 in almost every block. */
export function upgradeGas({ begins }: BlockRules): bigint {
  if (begins.length === 0) return 0n
  return forksWithGas.reduce(
    (sum, name) => sum + (begins.includes(name) ? upgradeGasByFork[name] : 0n),
    0n,
  )
}

/** What of the gas of the first block of a fork is still in the limit of the next: some chains forgot to take Karst's off. */
export function lastingUpgradeGas(config: RollupConfig, { begins }: BlockRules): bigint {
  return config.keepsKarstUpgradeGas && begins.includes('karst') ? upgradeGasByFork.karst : 0n
}

/**
 * The gas limit of the system config, from that of a header.
 *
 * @throws DecodeError if the first block of a fork has less than the fork's own transactions were given
 */
export function gasLimitOfHeader(
  config: RollupConfig,
  rules: BlockRules,
  gasLimit: bigint,
): bigint {
  const extra = upgradeGas(rules) - lastingUpgradeGas(config, rules)
  if (gasLimit < extra) throw new DecodeError(`gas limit ${gasLimit}, below the upgrade's ${extra}`)
  return gasLimit - extra
}
