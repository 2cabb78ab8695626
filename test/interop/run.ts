/**
 * Tests with third-party programs: `npm run test:interop -- execution`, or all of them.
 */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { passSignals } from '#test/pass-signals.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const known = readdirSync(folder)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => name.replace('.test.ts', ''))
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`usage: npm run test:interop -- [${known.join(' | ')}]`)
  process.exitCode = 2
} else {
  const files = (wanted.length === 0 ? known : wanted).map((name) => `${folder}${name}.test.ts`)
  // Of a file in a process of its own a signal would leave all that it started.
  const runner = ['--test', '--test-isolation=none', '--test-concurrency=1', ...files]
  const child = spawn(process.execPath, runner, { stdio: 'inherit' })
  passSignals(child)
  child.once('exit', (code) => {
    process.exitCode = code ?? 1
  })
}
