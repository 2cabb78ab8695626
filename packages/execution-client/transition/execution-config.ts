import { type HardforkTimes, hardforkNames } from '#protocol/chains/hardforks.ts'

/** The chain config of an execution client. */
export interface ExecutionConfig {
  readonly chainId: bigint
  readonly hardforkTimes: HardforkTimes
  readonly eip1559: Eip1559Constants
  /**
   * Whether the EVM has Osaka's rules from Karst on, as on live networks. False for chains that were
   * recorded with op-geth, which keeps Jovian's EVM rules.
   */
  readonly hasOsakaAtKarst: boolean
  /**
   * Whether activation blocks from Karst on may have user transactions. op-geth accepts such blocks; op-reth does
   * not, since no batch may have such transactions. Spec: protocol/karst/derivation.md
   */
  readonly hasUsersAtForks: boolean
}

/** EIP-1559 parameters. Spec: protocol/exec-engine.md#1559-parameters */
interface Eip1559Constants {
  readonly elasticity: bigint
  readonly denominator: bigint
  readonly denominatorCanyon: bigint
}

/** Parses the `config` of a genesis in geth's form. @throws TypeError that names the field */
export function parseGenesisConfig(json: unknown): ExecutionConfig {
  const config = objectOf(json, 'config')
  const optimism = objectOf(config['optimism'], 'config.optimism')
  const times: Partial<Record<(typeof hardforkNames)[number], bigint>> = {}
  for (const name of hardforkNames) {
    const time = config[`${name}Time`]
    if (time !== undefined && time !== null) times[name] = integerOf(time, `config.${name}Time`)
  }
  return {
    chainId: integerOf(config['chainId'], 'config.chainId'),
    hardforkTimes: times,
    eip1559: {
      elasticity: integerOf(optimism['eip1559Elasticity'], 'eip1559Elasticity'),
      denominator: integerOf(optimism['eip1559Denominator'], 'eip1559Denominator'),
      denominatorCanyon: integerOf(
        optimism['eip1559DenominatorCanyon'] ?? 250,
        'eip1559DenominatorCanyon',
      ),
    },
    hasOsakaAtKarst: true,
    hasUsersAtForks: false,
  }
}

function objectOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  throw new TypeError(`${name} is missing, or not an object`)
}

function integerOf(value: unknown, name: string): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value)
  if (typeof value === 'string' && /^(0x[0-9a-f]+|\d+)$/i.test(value)) return BigInt(value)
  throw new TypeError(`${name} is missing, or not a whole number`)
}
