/**
 * Runs all tests of a folder, the named ones, or all but the named ones: `npm run test:interop -- reorg`,
 * `npm run test:bus -- '!failures'`.
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
const isExcluded = (file: string) => wanted.includes(`!${nameOf(file)}`)
const included = wanted.filter((name) => !name.startsWith('!'))
if (wanted.some((name) => !names.includes(name.replace('!', '')))) {
  console.error(`usage: npm run test:${folder} -- [${names.join(' | ')}]`)
  process.exitCode = 2
} else {
  const isIncluded = (file: string) => included.length === 0 || included.includes(nameOf(file))
  const chosen = files.filter((file) => isIncluded(file) && !isExcluded(file))
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
