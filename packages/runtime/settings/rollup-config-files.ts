import { parseDependencySet } from '#protocol/chains/dependency-set.ts'
import {
  parseL1BlobSchedule,
  parseL1ChainId,
  unplannedL1Forks,
} from '#protocol/chains/l1-blob-schedules.ts'
import {
  parseRollupConfig,
  RollupConfigError,
  type RollupConfigSources,
} from '#protocol/chains/parse-rollup-config.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { invalidFile, parseFile, readJsonFile } from '#runtime/json-file.ts'

/** Files that define a rollup config. */
export interface RollupConfigFiles {
  readonly rollup: string
  /** Chain config of L1 in geth's form; if undefined, the built-in blob schedule for the L1 chain id applies. */
  readonly l1ChainConfig: string | undefined
  readonly dependencySet: string | undefined
}

/** Reads a rollup config. @throws Fault `invalid-file` that names the file and all of its problems */
export async function readRollupConfigFiles(files: RollupConfigFiles): Promise<RollupConfig> {
  const sources = await readConfigSources(files)
  const json = await readJsonFile(files.rollup)
  try {
    return parseRollupConfig(json, sources)
  } catch (cause) {
    if (!(cause instanceof RollupConfigError)) throw cause
    throw invalidFile(files.rollup, cause)
  }
}

/** Reads the files that complete a rollup config. @throws Fault `invalid-file` that names the file and the problem */
export async function readConfigSources({
  l1ChainConfig,
  dependencySet,
}: Omit<RollupConfigFiles, 'rollup'>): Promise<RollupConfigSources> {
  const l1 = await readOptional(l1ChainConfig, (json) => {
    return { l1BlobSchedule: parseL1BlobSchedule(json), l1ChainId: parseL1ChainId(json) }
  })
  return { ...l1, dependencySet: await readOptional(dependencySet, parseDependencySet) }
}

/**
 * Warnings about a usable chain config of L1; empty without a path.
 *
 * @throws Fault `invalid-file`
 */
export async function l1ChainConfigWarnings(path: string | undefined): Promise<readonly string[]> {
  const forks = (await readOptional(path, unplannedL1Forks)) ?? []
  if (forks.length === 0) return []
  const times = forks.map((name) => `${name}Time`).join(', ')
  return [
    `${path}: blobSchedule has entries of forks without a time, which count as not planned; add ${times}, with null for a fork that is not planned`,
  ]
}

async function readOptional<Value>(
  path: string | undefined,
  parse: (json: unknown) => Value,
): Promise<Value | undefined> {
  if (path === undefined) return undefined
  const json = await readJsonFile(path)
  return parseFile(path, () => parse(json))
}
