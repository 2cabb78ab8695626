/**
 * Runs the tests of `npm test` in two processes, each with half of the files. A process for each file would spend most
 * of the time on loading. A single process would leave a core idle. Further arguments are passed to the test runner.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'
import { passSignals } from './pass-signals.ts'

const processes = 2

const files = [
  'packages/**/*.test.ts',
  'services/**/*.test.ts',
  'devnet/**/*.test.ts',
  'tools/**/*.test.ts',
  'test/scenarios/*.test.ts',
  'test/command/*.test.ts',
  'test/encode/*.test.ts',
]

/** Counts that the test runner prints at its end. */
const counted = ['tests', 'pass', 'fail', 'cancelled', 'skipped'] as const
type Counts = Record<(typeof counted)[number], number>

const startedMs = performance.now()
const halves = await Promise.all(Array.from({ length: processes }, (_, at) => runPart(at + 1)))
const total = (name: keyof Counts) => halves.reduce((sum, { counts }) => sum + counts[name], 0)
const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0)
console.log(`in all: ${counted.map((name) => `${name} ${total(name)}`).join(', ')}; ${seconds} s`)
// A process that printed no counts has failed too. One of the two processes may have no matching test, but not both.
const passed = halves.every(({ code, hasCounted }) => code === 0 && hasCounted)
process.exitCode = passed && total('tests') > 0 ? 0 : 1

/** The result of one process. */
interface Half {
  readonly code: number | null
  readonly counts: Counts
  readonly hasCounted: boolean
}

function runPart(part: number): Promise<Half> {
  const flags = ['--test', '--test-isolation=none', `--test-shard=${part}/${processes}`]
  const args = [...flags, '--test-reporter=spec', ...process.argv.slice(2), ...files]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  passSignals(child)
  const counts: Counts = { tests: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0 }
  let hasCounted = false
  createInterface(child.stdout).on('line', (line) => {
    // The line may have colours.
    const [, name, count] = /^ℹ (\w+) (\d+)$/u.exec(stripVTControlCharacters(line)) ?? []
    const known = counted.find((each) => each === name)
    if (known === undefined) return console.log(line)
    counts[known] = Number(count)
    hasCounted = true
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, counts, hasCounted }))
  })
}
