/**
 * Runs all tests of a folder, or the named ones: `npm run test:bus -- node`, `npm run test:interop -- reorg`.
 */
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { passSignals } from './pass-signals.ts'

const [folder = '', ...wanted] = process.argv.slice(2)
const files = globSync(`${folder}/**/*.test.ts`, {
  cwd: fileURLToPath(new URL('.', import.meta.url)),
})
const nameOf = (file: string) => basename(file, '.test.ts')
const names = files.map(nameOf)
if (wanted.some((name) => !names.includes(name))) {
  console.error(`usage: npm run test:${folder} -- [${names.join(' | ')}]`)
  process.exitCode = 2
} else {
  const chosen = files.filter((file) => wanted.length === 0 || wanted.includes(nameOf(file)))
  const paths = chosen.map((file) => fileURLToPath(new URL(file, import.meta.url)))
  // All test files run in the runner's process. If each file had its own process, the children of these processes would
  // survive a signal.
  const runner = ['--test', '--test-isolation=none', '--test-concurrency=1', ...paths]
  const child = spawn(process.execPath, runner, { stdio: 'inherit' })
  passSignals(child)
  child.once('exit', (code) => {
    process.exitCode = code ?? 1
  })
}
