import { spawn } from 'node:child_process'
import { passSignals } from '#test/pass-signals.ts'

/** Stands in for a program that runs tests in another process, which takes 15 s. */
const script = 'console.log("runs"); setTimeout(() => {}, 15_000)'
passSignals(spawn(process.execPath, ['-e', script], { stdio: 'inherit' }))
