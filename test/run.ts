/**
 * Runs the tests of `npm test` in two processes, each with half of the files: a process for each file would spend most of its time
 * on loading, and one for all leaves a core idle. More arguments go to the test runner.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const processes = 2

const files = [
  'packages/**/*.test.ts',
  'services/**/*.test.ts',
  'devnet/**/*.test.ts',
  'tools/**/*.test.ts',
  'test/scenarios/*.test.ts',
  'test/command/*.test.ts',
]

/** What the test runner counts at its end. */
const counted = ['tests', 'pass', 'fail', 'cancelled', 'skipped'] as const
type Counts = Record<(typeof counted)[number], number>

const startedMs = performance.now()
const halves = await Promise.all(Array.from({ length: processes }, (_, at) => runPart(at + 1)))
const total = (name: keyof Counts) => halves.reduce((sum, { counts }) => sum + counts[name], 0)
const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0)
console.log(`in all: ${counted.map((name) => `${name} ${total(name)}`).join(', ')}; ${seconds} s`)
// A process that ended before it counted has failed too.
process.exitCode = halves.every(({ code, counts }) => code === 0 && counts.tests > 0) ? 0 : 1

function runPart(part: number): Promise<{ readonly code: number | null; readonly counts: Counts }> {
  const flags = ['--test', '--test-isolation=none', `--test-shard=${part}/${processes}`]
  const args = [...flags, '--test-reporter=spec', ...process.argv.slice(2), ...files]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const counts: Counts = { tests: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0 }
  createInterface(child.stdout).on('line', (line) => {
    const [, name, count] = /^ℹ (\w+) (\d+)$/u.exec(line) ?? []
    const known = counted.find((each) => each === name)
    if (known === undefined) console.log(line)
    else counts[known] = Number(count)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, counts }))
  })
}
