import { existsSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isSystemError } from './fault.ts'

/**
 * Creates a folder and the missing folders above it, unless the folder exists. `mkdir` with `recursive` is not used,
 * because it never returns for a folder below /proc, where a folder is reported as missing but cannot be created.
 *
 * @throws the error of the operating system
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(path, mode)
  } catch (error) {
    if (!isSystemError(error)) throw error
    const above = dirname(path)
    if (error.code === 'ENOENT' && !existsSync(above)) {
      await makeFolder(above, mode)
      await makeFolder(path, mode)
    } else if (error.code !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error
  }
}
