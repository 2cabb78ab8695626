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
  const { execPath, execve } = process
  // `process.exit` waits for busy threads. Another program in the place of this one does not.
  if (busyThreads === 0 || execve === undefined || !existsSync(execPath)) process.exit(code)
  process.emit('exit', code)
  return execve(execPath, ['node', '-e', `process.exit(${code})`], {})
}
