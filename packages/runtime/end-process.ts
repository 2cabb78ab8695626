import { existsSync } from 'node:fs'

let busyThreads = 0

/**
 * Counts a thread that computes for seconds in native code, which no request to end interrupts.
 *
 * @returns a function to be called when the thread can be ended again
 */
export function busyThread(): () => void {
  busyThreads++
  return () => {
    busyThreads--
  }
}

/** Ends this process at once, after its exit listeners. */
export function endProcess(code: number): never {
  const { execPath } = process
  // `process.exit` waits for busy threads. Another program in the place of this one does not.
  if (busyThreads === 0 || process.execve === undefined || !existsSync(execPath)) process.exit(code)
  process.emit('exit', code)
  return process.execve(execPath, ['node', '-e', `process.exit(${code})`], {})
}
