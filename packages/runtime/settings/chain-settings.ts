import * as z from 'zod'
import {
  isNetworkName,
  networkConfig,
  networkNames,
  networksLike,
} from '#protocol/chains/registry/networks.ts'
import {
  RollupConfigError,
  type RollupConfigSources,
} from '#protocol/chains/parse-rollup-config.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { Fault } from '#runtime/fault.ts'
import { readConfigSources, readRollupConfigFiles } from './rollup-config-files.ts'
import { jsonProblem } from '#runtime/json-file.ts'
import { choices, insteadOf, readableFile, want } from './setting-kinds.ts'

/** The name of a network. */
export const networkName: z.ZodType<string> = choices(
  want(
    z.string().refine((name): boolean => isNetworkName(name), {
      error: ({ input }) => networksLike(String(input)),
    }),
    'a network of the superchain registry, such as op-mainnet',
  ),
  networkNames,
)

/** Settings that select the chain: a network of the registry, or files. */
export const chainSettings = z.strictObject({
  network: insteadOf(
    'rollupConfig',
    networkName
      .optional()
      .describe('network whose rollup config is built in; or give --rollup-config'),
  ),
  rollupConfig: readableFile("a rollup config in op-node's form", jsonProblem)
    .optional()
    .describe('rollup config of any other chain'),
  l1ChainConfig: readableFile("a chain config in geth's form, or a genesis with one", jsonProblem)
    .optional()
    .describe('fork times and blob schedule of an L1 that is not public'),
  dependencySet: readableFile("a dependency set in op-node's form", jsonProblem)
    .optional()
    .describe('chains with which this chain exchanges messages, for a chain with Lagoon'),
})

/** Values of `chainSettings`. */
export type ChainSettings = z.output<typeof chainSettings>

/**
 * The rollup config that the settings name.
 *
 * @throws Fault `settings` if not exactly one of network and file is given, or the network cannot be used;
 * `invalid-file` that names the file and all of its problems
 */
export async function loadRollupConfig(settings: Partial<ChainSettings>): Promise<RollupConfig> {
  const { network, rollupConfig, l1ChainConfig, dependencySet } = settings
  if (network !== undefined && rollupConfig === undefined) {
    const sources = await readConfigSources({ l1ChainConfig, dependencySet })
    return builtInConfig(network, sources)
  }
  if (rollupConfig !== undefined && network === undefined)
    return readRollupConfigFiles({ rollup: rollupConfig, l1ChainConfig, dependencySet })
  const detail = 'give exactly one of --network and --rollup-config'
  throw new Fault('settings', { detail })
}

function builtInConfig(network: string, sources: RollupConfigSources): RollupConfig {
  try {
    return networkConfig(network, sources)
  } catch (cause) {
    if (!(cause instanceof RollupConfigError)) throw cause
    const detail = `--network: ${cause.problems.join('; ')}`
    throw new Fault('settings', { detail, cause })
  }
}

/**
 * The rollup config of a service, which must match `chainId` if given.
 *
 * @throws as `loadRollupConfig`; Fault `settings` if the config belongs to another chain
 */
export async function loadServiceConfig(
  settings: ChainSettings & { readonly chainId: bigint | undefined },
): Promise<RollupConfig> {
  const config = await loadRollupConfig(settings)
  const { chainId = config.l2ChainId } = settings
  if (config.l2ChainId === chainId) return config
  const detail = `--chain-id is ${chainId}, but the rollup config is of chain ${config.l2ChainId}`
  throw new Fault('settings', { detail })
}
