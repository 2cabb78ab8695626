import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { isFault } from '#runtime/fault.ts'
import { runCommand } from '#node/nats-server/run-command.ts'

const sources = fileURLToPath(new URL('op-geth/', import.meta.url))
const cache = fileURLToPath(new URL('../../../node_modules/.cache/atoll/', import.meta.url))

/** Timeout of the build, including the download of about 40 modules. */
const buildTimeoutMs = 900_000

/**
 * Builds the Go program that makes random chains, unless it was built from the same sources before.
 *
 * @returns its path
 * @throws Error if Go is missing, Fault `command-failed` if the program does not build
 */
export async function buildOpGeth(report: (what: string) => void): Promise<string> {
  const program = `${cache}op-geth-random-chains-${await hashOfSources()}`
  if (existsSync(program)) return program
  report('builds the random-chain program from the Go module of op-geth (about a minute, once)')
  await mkdir(cache, { recursive: true })
  const making = `${program}-making-${process.pid}`
  const args = ['build', '-buildvcs=false', '-o', making, '.']
  try {
    await runCommand('go', args, { env: process.env, timeoutMs: buildTimeoutMs, cwd: sources })
  } catch (cause) {
    if (!isFault(cause) || !isAbsent(cause.cause)) throw cause
    const detail = 'the oracle is built with Go 1.25 or later, and there is no go on PATH'
    throw new Error(detail, { cause })
  }
  await rename(making, program)
  return program
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256')
  for (const name of (await readdir(sources)).toSorted())
    hash.update(`${name}\n`).update(await readFile(`${sources}${name}`))
  return hash.digest('hex').slice(0, 12)
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
