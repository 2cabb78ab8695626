import { spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { isSystemError } from '#runtime/fault.ts'

/** Mounts a small disk in memory on a folder. @returns why that failed, for example because the user is not root */
export function mountTmpfs(folder: string, options: string): string | undefined {
  const { status, stderr, error } = spawnSync(
    'mount',
    ['-t', 'tmpfs', '-o', options, 'tmpfs', folder],
    { encoding: 'utf8' },
  )
  return status === 0 ? undefined : (error?.message ?? stderr.trim())
}

/** Unmounts a disk, even while files on it are open. */
export function unmount(folder: string): void {
  const { status, stderr } = spawnSync('umount', ['--lazy', folder], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`umount ${folder}: ${stderr}`)
}

/** Keeps a disk full until the returned function is called, even if other programs free some space. */
export function keepFull(folder: string): () => void {
  const file = join(folder, 'filler')
  const handle = openSync(file, 'w')
  const block = new Uint8Array(4_096)
  const fill = () => {
    try {
      for (;;) writeSync(handle, block)
    } catch (error) {
      if (!isSystemError(error) || error.code !== 'ENOSPC') throw error
    }
  }
  fill()
  const timer = setInterval(fill, 100)
  return () => {
    clearInterval(timer)
    closeSync(handle)
    rmSync(file)
  }
}
