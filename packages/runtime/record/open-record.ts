import { parseDependencySet } from '#protocol/chains/dependency-set.ts'
import { parseL1BlobSchedule } from '#protocol/chains/l1-blob-schedules.ts'
import {
  parseRollupConfig,
  RollupConfigError,
  type RollupConfigSources,
} from '#protocol/chains/parse-rollup-config.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { findFile, readJson, recordFault, requireFile, within } from './read-lines.ts'

/** Files that make a rollup config. */
export interface RollupConfigFiles {
  readonly rollup: string
  /** In geth's form; left out: as the L1's chain id says. */
  readonly l1ChainConfig: string | undefined
  readonly dependencySet: string | undefined
}

/**
 * The rollup config of a record, with what belongs to it: how its L1 reckons blobs, and its dependency set.
 *
 * @throws Fault `record` that names the file and all that is wrong with it
 */
export async function readRollupConfig(folder: string): Promise<RollupConfig> {
  return readRollupConfigFiles({
    rollup: requireFile(folder, 'rollup.json'),
    l1ChainConfig: findFile(folder, 'l1-chain-config.json'),
    dependencySet: findFile(folder, 'depset.json'),
  })
}

/** The same from files anywhere. @throws Fault `record` that names the file and all that is wrong with it */
export async function readRollupConfigFiles(files: RollupConfigFiles): Promise<RollupConfig> {
  const sources = await readConfigSources(files)
  const json = await readJson(files.rollup)
  return withProblems(files.rollup, () => parseRollupConfig(json, sources))
}

/** What a rollup config needs beside its file. @throws Fault `record` that names the file and what is wrong with it */
export async function readConfigSources({
  l1ChainConfig,
  dependencySet,
}: Omit<RollupConfigFiles, 'rollup'>): Promise<RollupConfigSources> {
  return {
    l1BlobSchedule: await readOptional(l1ChainConfig, parseL1BlobSchedule),
    dependencySet: await readOptional(dependencySet, parseDependencySet),
  }
}

/** Makes a config. @throws Fault `record` that says of what, and all that is wrong with it */
export function withProblems<Value>(what: string, make: () => Value): Value {
  try {
    return make()
  } catch (cause) {
    if (!(cause instanceof RollupConfigError)) throw cause
    throw recordFault(`${what}: ${cause.problems.join('; ')}`, cause)
  }
}

async function readOptional<Value>(
  path: string | undefined,
  parse: (json: unknown) => Value,
): Promise<Value | undefined> {
  if (path === undefined) return undefined
  const json = await readJson(path)
  return within(path, () => parse(json))
}
