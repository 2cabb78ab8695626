import { dirname, resolve } from 'node:path'
import { invalidFile, readJsonFile } from '#runtime/json-file.ts'
import { type Genesis, parseGenesis } from './genesis.ts'

/**
 * Reads a genesis in geth's form. `alloc` may also be the path of a file with accounts, which several recorded chains
 * share. `allocExtra` adds accounts to `alloc`.
 *
 * @throws Fault `invalid-file` that names the file and the problem
 */
export async function readGenesis(path: string): Promise<Genesis> {
  const json = await readGenesisJson(path)
  try {
    return parseGenesis(json)
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    throw invalidFile(path, cause)
  }
}

/** Reads a genesis as JSON that includes all accounts. @throws Fault `invalid-file` if a file cannot be read */
export async function readGenesisJson(path: string): Promise<Readonly<Record<string, unknown>>> {
  const { alloc, allocExtra, ...json } = (await readJsonFile(path)) as Record<string, unknown>
  const accounts =
    typeof alloc === 'string' ? await readJsonFile(resolve(dirname(path), alloc)) : (alloc ?? {})
  return { ...json, alloc: { ...(accounts as object), ...(allocExtra as object) } }
}
