const pending = new Set<() => void>()

/**
 * Calls back when the process exits, unless it is killed. The callback that was registered last is called first, so
 * that a child process is ended before the folder in which it was started is removed.
 *
 * @returns a function that cancels the registration
 */
export function atExit(run: () => void): () => void {
  if (pending.size === 0) process.on('exit', runAll)
  pending.add(run)
  return () => {
    pending.delete(run)
    if (pending.size === 0) process.off('exit', runAll)
  }
}

function runAll(): void {
  for (const run of [...pending].toReversed()) run()
}
