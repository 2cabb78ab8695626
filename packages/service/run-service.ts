import { Command } from 'commander'
import type * as z from 'zod'
import type { ServiceName } from '#messages/services.ts'
import { endProcess } from '#runtime/end-process.ts'
import { isSystemError } from '#runtime/fault.ts'
import { makeFolder } from '#runtime/make-folder.ts'
import { onParentGone, onStopSignal } from '#runtime/on-stop-signal.ts'
import { mergeSettings } from '#runtime/settings/merge-settings.ts'
import { type ServiceSettings, serviceSettings } from '#runtime/settings/service-settings.ts'
import { writeError } from '#runtime/screen/lines.ts'
import { addSettings } from '#runtime/settings/settings-options.ts'
import {
  describeSettings,
  readSettings,
  SettingsError,
  type SettingsSchema,
  type SettingsSource,
} from '#runtime/settings/settings.ts'
import { ServiceProcess } from './service-process.ts'
import { exitCodes, type ServiceMain } from './service.ts'
import { readRestarted, reportToNode } from './supervision.ts'

/**
 * Runs a service until it ends, and then ends the process.
 *
 * Reads the settings, serves health and metrics, connects to the bus, waits for the lease, and calls `main`. On
 * `SIGTERM`, `SIGINT` or `SIGHUP`, and when its parent process is gone, the service releases the lease and ends within
 * a second.
 */
export async function runService<Schema extends SettingsSchema>(
  name: ServiceName,
  own: Schema,
  main: ServiceMain<z.output<Schema>>,
): Promise<never> {
  const args = argsOf(name, process.argv.slice(2))
  const schema = mergeSettings([serviceSettings, own])
  if (args.includes('--help') || args.includes('-h')) {
    addSettings(new Command(`atoll service ${name}`), describeSettings(schema)).outputHelp()
    process.exit(exitCodes.done)
  }
  // The merged schema has the service's own settings and the shared ones.
  const source = { args, env: process.env }
  const settings = (await readOrEnd(name, schema, source)) as z.output<Schema> & ServiceSettings
  await makeFolderOrEnd(name, settings)
  const restarted = readRestarted(process.env)
  const running = new ServiceProcess(name, settings, { restarted, report: reportToNode })
  onStopSignal((signal) => running.stop(signal))
  // A node that was killed cannot stop its services, so they stop by themselves.
  onParentGone(() => running.stop('the node is gone'))
  // A rejected promise without a handler leaves an unknown state, so the process ends.
  process.on('unhandledRejection', (reason) => running.fail(reason))
  endProcess(await running.run(main))
}

/** The arguments of a service, which is started from its main file or as `atoll service NAME`. */
function argsOf(name: ServiceName, args: readonly string[]): readonly string[] {
  return args[0] === 'service' && args[1] === name ? args.slice(2) : args
}

/** Reads the settings. Ends the process if they are wrong. */
async function readOrEnd(
  name: string,
  schema: SettingsSchema,
  source: SettingsSource,
): Promise<unknown> {
  try {
    return readSettings(schema, source).settings
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    return endWith(name, error)
  }
}

/**
 * Creates the data folder of a service that has one. Ends the process if the folder can never be created, such as one
 * below /proc, since the service would try without end. If the disk fails, the service waits for it later.
 */
async function makeFolderOrEnd(name: string, settings: object): Promise<void> {
  if (!('dataDir' in settings) || typeof settings.dataDir !== 'string') return
  try {
    await makeFolder(settings.dataDir)
  } catch (error) {
    if (!isSystemError(error)) throw error
    if (error.code !== 'ENOENT' || error.syscall !== 'mkdir') return
    const what = `--data-dir is ${JSON.stringify(settings.dataDir)}`
    const mistake = { what, right: `want a folder that can be created: ${error.message}` }
    await endWith(name, new SettingsError([mistake]))
  }
}

/** Reports wrong settings, and ends the process. */
async function endWith(name: string, { message }: SettingsError): Promise<never> {
  writeError(`${name}: ${message}\nSee --help for all settings.`)
  await reportToNode({ kind: 'failed', reason: message.replaceAll(/\s+/gu, ' ') })
  return process.exit(exitCodes.settings)
}
