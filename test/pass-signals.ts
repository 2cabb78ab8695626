import type { ChildProcess } from 'node:child_process'

/** Stops a test runner when this process is stopped, since the signal may have been sent to this process only. */
export function passSignals(runner: ChildProcess): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => runner.kill('SIGTERM'))
}
