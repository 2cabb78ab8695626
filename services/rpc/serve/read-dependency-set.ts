import { parseDependencySet } from '#protocol/chains/dependency-set.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { readJsonFile } from '#runtime/json-file.ts'
import type { ChainSettings } from '#runtime/settings/chain-settings.ts'
import type { DependencySetJson } from '#services/rpc/ports.ts'

/**
 * The dependency set of the settings, in op-node's form. The set is read from the file that the settings name. Without
 * a file, a known network has a set with only its own chain, and a chain without a network name has no set.
 */
export async function readDependencySet(
  { dependencySet: path, network }: Pick<ChainSettings, 'dependencySet' | 'network'>,
  { l2ChainId }: Pick<RollupConfig, 'l2ChainId'>,
): Promise<DependencySetJson | undefined> {
  if (path === undefined) return network === undefined ? undefined : toJson([l2ChainId])
  const json = await readJsonFile(path)
  const { overrideMessageExpiryWindow: override } = json as Partial<DependencySetJson>
  return {
    ...toJson(parseDependencySet(json)),
    ...(override !== undefined && { overrideMessageExpiryWindow: override }),
  }
}

function toJson(ids: readonly bigint[]): DependencySetJson {
  return { dependencies: Object.fromEntries(ids.map((id) => [String(id), {}])) }
}
