/** Replaces a test runner: starts a child process that takes 15 s, and stops the child at a signal. */
import { spawn } from 'node:child_process'
import { passSignals } from '#test/pass-signals.ts'

const script = 'console.log("runs"); setTimeout(() => {}, 15_000)'
passSignals(spawn(process.execPath, ['-e', script], { stdio: 'inherit' }))
