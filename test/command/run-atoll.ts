import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../packages/cli/atoll.js', import.meta.url))

/** The result of a command. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a Node program. The environment has only `PATH`, `HOME` and the variables of `env`. */
export function runNode(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env } }
    execFile(process.execPath, [file, ...args], options, (error, out, err) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1
      resolve({ code, out, err })
    })
  })
}

/** Runs the `atoll` command to its end. */
export function runAtoll(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return runNode(program, args, env)
}
