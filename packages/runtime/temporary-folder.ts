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
  /** Cancels the removal at exit. Called after the folder was moved to its final path, or was removed for good. */
  keep(): void
}

/** Creates a folder with a unique name. @param prefix the path up to the random characters that `mkdtemp` appends */
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
      process.stderr.write(`the temporary folder ${path} could not be removed: ${error.message}\n`)
    }
  })
  return { path, remove: () => rm(path, options), keep: cancel }
}
