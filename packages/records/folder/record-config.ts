import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { readRollupConfigFiles } from '#runtime/settings/rollup-config-files.ts'
import { findFile, requireFile } from './read-lines.ts'

/**
 * Reads the rollup config of a record, with the blob schedule of its L1 and its dependency set.
 *
 * @throws Fault `record` if the record has no rollup config, `invalid-file` that names the file and all of its problems
 */
export async function readRollupConfig(folder: string): Promise<RollupConfig> {
  return readRollupConfigFiles({
    rollup: requireFile(folder, 'rollup.json'),
    l1ChainConfig: findFile(folder, 'l1-chain-config.json'),
    dependencySet: findFile(folder, 'depset.json'),
  })
}
