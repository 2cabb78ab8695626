/**
 * Runs all tests of a folder, or the named ones: `npm run test:bus -- node`, `npm run test:interop -- reorg`. The name of
 * a folder inside it stands for all its tests: `npm run test:interop -- flashblocks`.
 */
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { passSignals } from './pass-signals.ts'

const [folder = '', ...wanted] = process.argv.slice(2)
const files = globSync(`${folder}/**/*.test.ts`, {
  cwd: fileURLToPath(new URL('.', import.meta.url)),
})
/** The name of a test, and those of the folders inside `folder` that it is in. */
const namesOf = (file: string) =>
  file
    .replace(/\.test\.ts$/u, '')
    .split('/')
    .slice(1)
const names = new Set(files.flatMap(namesOf))
if (wanted.some((name) => !names.has(name))) {
  console.error(`usage: npm run test:${folder} -- [${[...names].join(' | ')}]`)
  process.exitCode = 2
} else {
  const chosen = files.filter(
    (file) => wanted.length === 0 || namesOf(file).some((name) => wanted.includes(name)),
  )
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
