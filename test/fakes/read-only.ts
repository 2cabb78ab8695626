import { spawnSync } from 'node:child_process'
import { chmodSync, statSync } from 'node:fs'

/**
 * Makes a file or folder read-only. Root may write whatever its mode says, unless it is immutable.
 *
 * @returns makes it writable again; undefined if the file system of a process of root knows no immutable files
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
