import { type ForkOverrides, withForkOverrides } from '#protocol/chains/fork-overrides.ts'
import {
  parseRollupConfig,
  RollupConfigError,
  type RollupConfigSources,
} from '#protocol/chains/parse-rollup-config.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import networks from './networks.json' with { type: 'json' }

/** Settings that an operator adds to the config of a network. */
export interface NetworkChoices extends RollupConfigSources {
  readonly overrides?: ForkOverrides
}

/**
 * Names of the networks with a built-in config. The configs come from the superchain registry at commit 8336d2ae. Base
 * has left the registry, so the configs of Base are the last ones that the registry had.
 */
export const networkNames: readonly string[] = Object.keys(networks)

/**
 * The config of a network. Without a given dependency set, the set has only the network itself.
 *
 * @throws RollupConfigError with similar names for an unknown name; also if the choices make the config invalid
 */
export function networkConfig(name: string, choices: NetworkChoices = {}): RollupConfig {
  const json = networkJson(name)
  const { dependencySet = [BigInt(json.l2_chain_id)], overrides = {}, ...sources } = choices
  return parseRollupConfig(withForkOverrides(json, overrides), { ...sources, dependencySet })
}

/**
 * The config of a network in the form of op-node's `rollup.json`.
 *
 * @throws RollupConfigError with similar names for an unknown name
 */
export function networkJson(name: string): (typeof networks)[keyof typeof networks] {
  if (isNetworkName(name)) return networks[name]
  throw new RollupConfigError([unknownNetwork(name)])
}

/** Whether there is a network of that name. */
export function isNetworkName(name: string): name is keyof typeof networks {
  return Object.hasOwn(networks, name)
}

function unknownNetwork(name: string): string {
  return `network: ${JSON.stringify(name.slice(0, 80))} is not known; ${networksLike(name)}`
}

/** Lists the networks with a name similar to an unknown name, or all networks if no name is similar. */
export function networksLike(name: string): string {
  const [chain = ''] = name.toLowerCase().split(/[^a-z0-9]+/)
  const near = networkNames.filter((known) => chain !== '' && known.startsWith(chain))
  const list = (near.length > 0 ? near : networkNames).join(', ')
  return `${near.length > 0 ? 'similar names' : 'known names'}: ${list}`
}
