import { existsSync } from 'node:fs'

let busyThreads = 0

/**
 * Counts a thread that computes for seconds in native code. Such a thread cannot be interrupted.
 *
 * @returns a function to be called when the thread can be ended again
 */
export function busyThread(): () => void {
  busyThreads++
  return () => {
    busyThreads--
  }
}

/** Ends this process after its exit listeners, without waiting for busy threads. */
export function endProcess(code: number): never {
  const { execPath } = process
  // `process.exit` waits for busy threads. `process.execve` does not: it replaces this program by another program,
  // which exits immediately.
  if (busyThreads === 0 || process.execve === undefined || !existsSync(execPath)) process.exit(code)
  process.emit('exit', code)
  return process.execve(execPath, ['node', '-e', `process.exit(${code})`], {})
}
