/**
 * Tests of the embedded execution client.
 *
 *   npm run test:execution                         known blocks and chains
 *   npm run test:execution -- --oracle             new random chains of op-geth, and random blocks of op-revm
 *   npm run test:execution -- --crash              the process, killed again and again
 *   npm run test:execution -- --oracle --seed 7    the random chains and blocks of seed 7
 */
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { passSignals } from '#test/pass-signals.ts'

/** Patterns of the test files that a flag runs instead of the other tests. Each of these tests has a seed. */
const flagged = {
  oracle: 'oracle/*.test.ts',
  crash: 'crash/*.test.ts',
} as const

interface Tests {
  readonly files: string
  readonly env?: Readonly<Record<string, string>>
}

/** @returns undefined for invalid flags */
function readArgs(): Tests | undefined {
  const flag = { type: 'boolean' } as const
  const options = { oracle: flag, crash: flag, seed: { type: 'string' } } as const
  const { values, positionals } = parseArgs({ options, strict: false })
  const { seed: wanted, ...flags } = values
  const [name, ...more] = Object.keys(flags)
  if (positionals.length > 0 || more.length > 0) return undefined
  if (name === undefined) return wanted === undefined ? { files: '*.test.ts' } : undefined
  const seed = wanted === undefined ? randomInt(1_000_000_000) : Number(wanted)
  if (!isFlag(name) || values[name] !== true || !Number.isSafeInteger(seed) || seed < 0)
    return undefined
  console.error(`seed ${seed}; again: npm run test:execution -- --${name} --seed ${seed}`)
  return { files: flagged[name], env: { ATOLL_SEED: String(seed) } }
}

function isFlag(name: string): name is keyof typeof flagged {
  return Object.hasOwn(flagged, name)
}

const tests = readArgs()
if (tests === undefined) {
  console.error('usage: npm run test:execution -- [--oracle | --crash] [--seed N]')
  process.exitCode = 2
} else {
  const files = `test/execution/${tests.files}`
  const runner = ['--test', '--test-isolation=none', '--test-concurrency=1', files]
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  const env = { ...process.env, ...tests.env }
  const child = spawn(process.execPath, runner, { cwd, env, stdio: 'inherit' })
  passSignals(child)
  child.once('exit', (code) => {
    process.exitCode = code ?? 1
  })
}
