import { type ChildProcess, spawn } from 'node:child_process'
import { atExit } from '#runtime/at-exit.ts'
import { systemClock } from '#runtime/clock.ts'
import { Fault, isFault, isSystemError } from '#runtime/fault.ts'
import { readProblem } from '#runtime/json-file.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'

/** Options of a command. */
export interface CommandOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeoutMs: number
  readonly cwd?: string
  /** Ends the command, and all processes that it started. */
  readonly signal?: AbortSignal | undefined
}

/** Number of characters that are kept from the end of the output. */
const maxOutput = 1_024 * 1_024

/**
 * Runs a command and returns its output on both streams.
 *
 * @throws Fault `command-failed` with the last line of its output; `aborted` if the signal is aborted
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  { env, timeoutMs, cwd, signal }: CommandOptions,
): Promise<string> {
  // The command has a process group of its own, so that the processes that it starts can be ended too.
  const child = spawn(command, args, {
    env,
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const endGroup = () => killGroup(child)
  const cancel = atExit(endGroup)
  let isLate = false
  const stopTimer = systemClock.after(timeoutMs, () => {
    isLate = true
    endGroup()
  })
  try {
    const { output, problem } = await unlessAborted(resultOf(child), signal)
    if (problem === undefined) return output
    const why = isLate ? `not done after ${timeoutMs / 1_000} s` : problem
    const detail = `${command} ${args.join(' ')}: ${why}`
    throw new Fault('command-failed', { detail })
  } catch (error) {
    if (isFault(error, 'aborted')) endGroup()
    throw error
  } finally {
    stopTimer()
    cancel()
  }
}

interface CommandResult {
  readonly output: string
  /** Undefined if the command succeeded. */
  readonly problem: string | undefined
}

function resultOf(child: ChildProcess): Promise<CommandResult> {
  const output = { all: '', errors: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.all = (output.all + text).slice(-maxOutput)
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.all = (output.all + text).slice(-maxOutput)
    output.errors = (output.errors + text).slice(-maxOutput)
  })
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ output: '', problem: readProblem(error) }))
    child.once('close', (code, signal) => {
      const lastLine = output.errors.trim().split('\n').at(-1) ?? ''
      const how = signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`
      const problem = code === 0 ? undefined : lastLine === '' ? how : lastLine
      resolve({ output: output.all, problem })
    })
  })
}

/** Kills a process and all processes that it started. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // The group has ended.
    if (!isSystemError(error) || error.code !== 'ESRCH') throw error
  }
}
