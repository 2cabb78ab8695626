import { mkdir } from 'node:fs/promises'
import { Fault } from '#runtime/fault.ts'

/** Makes the folder that `--data-dir` names, if it is not there. @throws Fault `settings` if that cannot be */
export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true })
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    const detail = `--data-dir is ${dataDir}, which cannot be made: ${cause.message}`
    throw new Fault('settings', { detail, cause })
  }
}
