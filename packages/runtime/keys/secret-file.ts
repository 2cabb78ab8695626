import { readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Fault, toError } from '#runtime/fault.ts'
import { makeFolder } from '#runtime/make-folder.ts'

/**
 * Writes a secret to a new file that only its owner can read.
 *
 * @throws Fault `file-exists` if the file exists, since overwriting would lose a key; `file-refused` otherwise
 */
export async function writeSecretFile(path: string, secret: string): Promise<void> {
  try {
    await makeFolder(dirname(path), 0o700)
  } catch (cause) {
    throw refused('write', path, cause)
  }
  try {
    await writeFile(path, `${secret}\n`, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) throw refused('write', path, cause)
    const detail = `${path} exists`
    throw new Fault('file-exists', { detail, cause })
  }
}

/**
 * Reads a secret, without the whitespace around it.
 *
 * @returns undefined if there is no such file
 * @throws Fault `file-refused` if the file exists and cannot be read
 */
export async function readSecretFile(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return undefined
    throw refused('read', path, cause)
  }
}

function refused(verb: string, path: string, cause: unknown): Fault {
  const detail = `cannot ${verb} ${path}: ${toError(cause).message}`
  return new Fault('file-refused', { detail, cause })
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
