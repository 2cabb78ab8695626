import { spawnSync } from 'node:child_process'
import { chmodSync, statSync } from 'node:fs'

/**
 * Makes a file or folder read-only. Root may write regardless of the mode, so for root the file is made immutable.
 *
 * @returns a function that makes it writable again; undefined if the user is root and the file system has no immutable
 * files
 */
export function makeReadOnly(path: string): (() => void) | undefined {
  if (process.getuid?.() !== 0) {
    const { mode } = statSync(path)
    chmodSync(path, mode & 0o555)
    return () => chmodSync(path, mode)
  }
  const change = (flag: '+i' | '-i') => spawnSync('chattr', [flag, path]).status === 0
  return change('+i') ? () => void change('-i') : undefined
}
