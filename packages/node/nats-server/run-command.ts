import { execFile } from 'node:child_process'
import { Fault } from '#runtime/fault.ts'

/** Options of a command. */
export interface CommandOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeoutMs: number
  readonly cwd?: string
}

/**
 * Runs a command and returns its output of both streams.
 *
 * @throws Fault `command-failed` with the last line of its output
 */
export function runCommand(
  command: string,
  args: readonly string[],
  { env, timeoutMs, cwd }: CommandOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env, timeout: timeoutMs, cwd, maxBuffer: 16 * 1024 * 1024 }
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) {
        resolve(`${stdout}${stderr}`)
        return
      }
      const lastLine = stderr.trim().split('\n').at(-1) ?? ''
      const detail = `${command} ${args.join(' ')}: ${lastLine === '' ? error.message : lastLine}`
      reject(new Fault('command-failed', { detail, cause: error }))
    })
  })
}
