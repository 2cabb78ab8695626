import type { ChildProcess } from 'node:child_process'

/** Ends a test runner when this process is asked to end: whoever asks may have told this one alone. */
export function passSignals(runner: ChildProcess): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => runner.kill('SIGTERM'))
}
