import { Fault } from '#runtime/fault.ts'
import { makeFolder } from '#runtime/make-folder.ts'

/** Creates the folder of `--data-dir` unless it exists. @throws Fault `settings` if that fails */
export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await makeFolder(dataDir)
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    const detail = `--data-dir is ${dataDir}, which cannot be created: ${cause.message}`
    throw new Fault('settings', { detail, cause })
  }
}
