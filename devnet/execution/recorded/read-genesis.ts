import { dirname, resolve } from 'node:path'
import { Fault } from '#runtime/fault.ts'
import { type Genesis, parseGenesis } from '#devnet/execution/genesis/genesis.ts'
import { readJson } from '#runtime/record/read-lines.ts'

/**
 * Reads a genesis in geth's form; its `alloc` may be the path of another file, with `allocExtra` over it, since records
 * share one.
 *
 * @throws Fault `record` with the file's name, if it is none
 */
export async function readGenesis(path: string): Promise<Genesis> {
  const json = await readGenesisJson(path)
  try {
    return parseGenesis(json)
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    throw new Fault('record', { severity: 'critical', detail: `${path}: ${cause.message}`, cause })
  }
}

/** The same as it is written, with all of its accounts in it. @throws Fault `record` if a file cannot be read */
export async function readGenesisJson(path: string): Promise<Readonly<Record<string, unknown>>> {
  const { alloc, allocExtra, ...json } = (await readJson(path)) as Record<string, unknown>
  const accounts =
    typeof alloc === 'string' ? await readJson(resolve(dirname(path), alloc)) : (alloc ?? {})
  return { ...json, alloc: { ...(accounts as object), ...(allocExtra as object) } }
}
