import { parseDependencySet } from '#protocol/chains/dependency-set.ts'
import { parseL1BlobSchedule } from '#protocol/chains/l1-blob-schedules.ts'
import { parseRollupConfig, RollupConfigError } from '#protocol/chains/parse-rollup-config.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { findFile, readJson, recordFault, requireFile, within } from './read-lines.ts'

/**
 * The rollup config of a record, with what belongs to it: how its L1 reckons blobs, and its dependency set.
 *
 * @throws Fault `record` that names the file and all that is wrong with it
 */
export async function readRollupConfig(folder: string): Promise<RollupConfig> {
  const path = requireFile(folder, 'rollup.json')
  const sources = {
    l1BlobSchedule: await readOptional(folder, 'l1-chain-config.json', parseL1BlobSchedule),
    dependencySet: await readOptional(folder, 'depset.json', parseDependencySet),
  }
  const json = await readJson(path)
  try {
    return parseRollupConfig(json, sources)
  } catch (cause) {
    if (cause instanceof RollupConfigError)
      throw recordFault(`${path}: ${cause.problems.join('; ')}`, cause)
    throw cause
  }
}

async function readOptional<Value>(
  folder: string,
  name: string,
  parse: (json: unknown) => Value,
): Promise<Value | undefined> {
  const path = findFile(folder, name)
  if (path === undefined) return undefined
  const json = await readJson(path)
  return within(path, () => parse(json))
}
