import { CommanderError } from 'commander'
import { endProcess } from '#runtime/end-process.ts'
import { isFault } from '#runtime/fault.ts'
import { exitOf } from '#runtime/exit-of.ts'
import { faultRule } from '#runtime/fault-codes.ts'
import { onParentGone } from '#runtime/on-stop-signal.ts'
import { writeError } from '#runtime/screen/lines.ts'
import { SettingsError } from '#runtime/settings/settings.ts'
import { exitCodes } from './exit-codes.ts'
import { isNodeService } from '#node/node-services.ts'

/**
 * Runs the `atoll` command with its arguments, and then ends the process, so that open handles, such as a pending
 * connection, do not keep the process alive.
 */
export async function main(args: readonly string[]): Promise<never> {
  // An error can have two causes: the reader of the output closed the pipe, as `head` does, or the disk is full.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.stderr.write(`atoll: ${error.message}\n`)
    process.exit(exitCodes.failed)
  })
  try {
    const [command, name = ''] = args
    // A service reads its own settings and ends the process. Loading the other commands would delay its start.
    if (command === 'service' && isNodeService(name)) await import(`#services/${name}/main.ts`)
    onParentGone(() => process.kill(process.pid, 'SIGTERM'))
    const { createProgram } = await import('./program.ts')
    await createProgram().parseAsync([...args], { from: 'user' })
    await written()
  } catch (error) {
    endProcess(explain(error))
  }
  endProcess(Number(process.exitCode ?? 0))
}

/** Waits until the output is written, or has failed. */
function written(): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write('', () => setImmediate(resolve))
  })
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander has printed the mistake. Help and version are not errors.
    return error.exitCode === 0 ? 0 : exitCodes.usage
  }
  if (error instanceof SettingsError) {
    writeError(`atoll: ${error.message}\nSee --help for all settings.`)
    return exitCodes.usage
  }
  if (isFault(error)) {
    const { advice } = faultRule(error.code)
    const exit = exitOf(error)
    writeError(`atoll: ${error.message}\n${advice}`)
    return exit === undefined ? exitCodes.failed : exitCodes[exit]
  }
  if (isEnvironmental(error)) {
    writeError(`atoll: ${error.message}`)
    return exitCodes.failed
  }
  throw error
}

/** Whether the operating system refused access to a file, folder or disk. A stack trace does not help in this case. */
function isEnvironmental(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  return 'syscall' in error || ('code' in error && error.code === 'ERR_SQLITE_ERROR')
}
