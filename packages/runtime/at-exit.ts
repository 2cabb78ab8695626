const pending = new Set<() => void>()

/**
 * Calls back when the process exits, unless it is killed. The latest registration is called first, so that a process is
 * ended before the folder is removed that it was started in.
 *
 * @returns a function that cancels it
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
