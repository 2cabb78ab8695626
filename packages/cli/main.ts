import { CommanderError } from 'commander'
import { isFault } from '#runtime/fault.ts'
import { faultRule } from '#runtime/fault-codes.ts'
import { onParentGone } from '#runtime/on-stop-signal.ts'
import { SettingsError } from '#runtime/settings/settings.ts'
import { exitCodes } from './exit-codes.ts'
import { isNodeService } from '#node/node-services.ts'

/**
 * Runs the `atoll` command with its arguments, and ends the process: what was given up, such as a connection that
 * nobody answered, must not keep it.
 */
export async function main(args: readonly string[]): Promise<never> {
  // Whoever reads the output may have had enough of it, as `head` has; a disk may be full.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.stderr.write(`atoll: ${error.message}\n`)
    process.exit(exitCodes.failed)
  })
  try {
    const [command, name = ''] = args
    // It reads its settings itself, and ends the process; the other commands would take longer to load than it does.
    if (command === 'service' && isNodeService(name)) await import(`#services/${name}/main.ts`)
    onParentGone(() => process.kill(process.pid, 'SIGTERM'))
    const { createProgram } = await import('./program.ts')
    await createProgram().parseAsync([...args], { from: 'user' })
    await written()
  } catch (error) {
    process.exit(explain(error))
  }
  process.exit()
}

/** Waits until all that was printed is out, or known not to be. */
function written(): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write('', () => setImmediate(resolve))
  })
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong; help and version are no errors.
    return error.exitCode === 0 ? 0 : exitCodes.usage
  }
  if (error instanceof SettingsError) {
    process.stderr.write(`atoll: ${error.message}\nSee --help for all settings.\n`)
    return exitCodes.usage
  }
  if (isFault(error)) {
    process.stderr.write(`atoll: ${error.message}\n`)
    const { advice, exit, severity } = faultRule(error.code)
    // Those that end a command at once say themselves what to do.
    if (severity !== 'critical') process.stderr.write(`${advice}\n`)
    return exit === undefined ? exitCodes.failed : exitCodes[exit]
  }
  if (isEnvironmental(error)) {
    process.stderr.write(`atoll: ${error.message}\n`)
    return exitCodes.failed
  }
  throw error
}

/** Whether it is the machine that refused: a file, a folder, a disk. Where in the code that was helps nobody. */
function isEnvironmental(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  return 'syscall' in error || ('code' in error && error.code === 'ERR_SQLITE_ERROR')
}
