import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { atExit } from './at-exit.ts'
import { isSystemError } from './fault.ts'

/** A folder that is removed when the process exits, if it was not removed earlier. */
export interface TemporaryFolder {
  readonly path: string
  /**
   * Removes the folder. The exit of the process removes the folder again, since cancelled work may have written to it.
   */
  remove(): Promise<void>
  /** Keeps the folder. Called after the folder was moved to its final path. */
  keep(): void
}

/** Creates a folder with a unique name. @param prefix its path, without the end of the name */
export async function makeTemporaryFolder(prefix: string): Promise<TemporaryFolder> {
  return temporaryFolder(await mkdtemp(prefix))
}

/** Makes an existing folder temporary. */
export function temporaryFolder(path: string): TemporaryFolder {
  const options = { recursive: true, force: true, maxRetries: 5, retryDelay: 20 }
  const cancel = atExit(() => {
    try {
      rmSync(path, options)
    } catch (error) {
      if (!isSystemError(error)) throw error
      process.stderr.write(`${path} is left: ${error.message}\n`)
    }
  })
  return { path, remove: () => rm(path, options), keep: cancel }
}
