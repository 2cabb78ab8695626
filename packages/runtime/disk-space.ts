import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { isSystemError } from './fault.ts'

/** Size of the file that is written to test a folder. A disk with less room counts as full. */
const testFileBytes = 256 * 1024

/** A disk with less room than this is reported although writes still succeed. */
const scarceBytes = 64 * 1024 * 1024

/** Free bytes on the disk of a path. If the path does not exist, the nearest existing folder above it is used. */
export function freeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize
  } catch (error) {
    if (!isSystemError(error) || dirname(path) === path) throw error
    return freeBytes(dirname(path))
  }
}

/** Free bytes of the disk of a path, as shown to operators. */
export function freeSpace(path: string): string {
  return `its disk has ${freeBytes(path)} bytes free`
}

/**
 * Tests a folder by writing a file of `testFileBytes`, which is removed again.
 *
 * @returns why the folder does not accept writes, with its path and the free bytes; undefined if it accepts them
 */
export function writeProblem(folder: string): string | undefined {
  const file = join(folder, `.write-test-${process.pid}`)
  try {
    const handle = openSync(file, 'w')
    try {
      for (let left = testFileBytes; left > 0;) left -= writeSync(handle, new Uint8Array(left))
      fsyncSync(handle)
    } finally {
      closeSync(handle)
      rmSync(file, { force: true })
    }
    return undefined
  } catch (error) {
    return problemOf(folder, error)
  }
}

/** Finds, without a write, why writes to folders fail or will soon fail. Returns at most one problem for each disk. */
export function diskProblems(folders: readonly string[]): readonly string[] {
  const seen = new Set<number>()
  return folders.flatMap((folder) => {
    const disk = statSync(folder, { throwIfNoEntry: false })?.dev
    if (disk !== undefined && seen.has(disk)) return []
    if (disk !== undefined) seen.add(disk)
    const problem = spaceProblem(folder)
    return problem === undefined ? [] : [problem]
  })
}

function spaceProblem(folder: string): string | undefined {
  try {
    accessSync(folder, constants.W_OK)
  } catch (error) {
    // A missing permission is ignored, since the user who runs this check may differ from the user of the node.
    if (!isSystemError(error) || error.code !== 'EACCES') return problemOf(folder, error)
  }
  const free = freeBytes(folder)
  return free < scarceBytes ? `${folder}: its disk has only ${free} bytes free` : undefined
}

function problemOf(folder: string, error: unknown): string {
  if (!isSystemError(error)) throw error
  return `${folder} does not accept writes: ${error.message}; ${freeSpace(folder)}`
}
