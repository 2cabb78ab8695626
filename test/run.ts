/**
 * Runs the tests of `npm test` in a few processes, two at a time. A process for each file would spend most of the time on
 * loading. A single process would leave a core idle, and would spend much time on the garbage collection of what the
 * test runner keeps of each test. Further arguments are passed to the test runner.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'
import { passSignals } from './pass-signals.ts'

/** Number of processes at a time. With a third, tests that count turns of the event loop fail on a machine with two cores. */
const atOnce = 2

/** The files of each process, the longest part first. */
const parts: readonly (readonly string[])[] = [
  ['--test-shard=1/2', 'test/scenarios/*.test.ts'],
  ['--test-shard=2/2', 'test/scenarios/*.test.ts'],
  ['services/**/*.test.ts'],
  ['packages/protocol/**/*.test.ts'],
  ['packages/!(protocol)/**/*.test.ts'],
  ['devnet/**/*.test.ts', 'tools/**/*.test.ts', 'test/command/*.test.ts'],
]

/** Counts that the test runner prints at its end. */
const counted = ['tests', 'pass', 'fail', 'cancelled', 'skipped'] as const
type Counts = Record<(typeof counted)[number], number>

const startedMs = performance.now()
const results: Result[] = []
const waiting = [...parts]
await Promise.all(Array.from({ length: atOnce }, runParts))
const total = (name: keyof Counts) => results.reduce((sum, { counts }) => sum + counts[name], 0)
const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0)
console.log(`in all: ${counted.map((name) => `${name} ${total(name)}`).join(', ')}; ${seconds} s`)
// A process that printed no counts has failed too. A process may have no matching test, but not all of them.
const passed = results.every(({ code, hasCounted }) => code === 0 && hasCounted)
process.exitCode = passed && total('tests') > 0 ? 0 : 1

/** The result of one process. */
interface Result {
  readonly code: number | null
  readonly counts: Counts
  readonly hasCounted: boolean
}

/** Runs one of the waiting parts after another. */
async function runParts(): Promise<void> {
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift())
    results.push(await runPart(part))
}

function runPart(part: readonly string[]): Promise<Result> {
  const flags = ['--test', '--test-isolation=none', '--test-reporter=spec']
  const args = [...flags, ...process.argv.slice(2), ...part]
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
