import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type * as z from 'zod'
import {
  busConfigSettings,
  provisionSettings,
  serveSettings,
  statusSettings,
} from '#node/bus-settings.ts'
import { print } from '#node/output.ts'
import { serveCommandHealth } from '#cli/command-health.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'
import { stopSignal, unlessStopped, untilAborted } from '#cli/stop-signal.ts'
import { BusNames } from '#messages/bus-names.ts'
import { streamsOf } from '#messages/streams.ts'
import { subjects } from '#messages/subjects.ts'
import { connectRole } from '#bus/connect-service.ts'
import { provision, type ProvisionEvent, provisionForever, provisionLine } from '#bus/provision.ts'
import { systemClock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import { busFolder } from '#node/node-bus.ts'
import { defaultDataDir } from '#node/node-settings.ts'
import { findNatsServer } from '#node/nats-server/find-server.ts'
import { prepareBus, prepareUsers } from '#node/nats-server/prepare-bus.ts'
import { renderServerConfig } from '#node/nats-server/server-config.ts'
import type { RunningNatsServer } from '#node/nats-server/nats-server.ts'
import { StoreWatch } from '#node/nats-server/store-watch.ts'
import { writeProblem } from '#runtime/disk-space.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'
import { printBusStatus } from './bus-status.ts'

/** Adds `atoll bus`. */
export function addBusCommands(program: Command): void {
  const bus = program
    .command('bus')
    .summary("run and inspect a node's bus")
    .description("Run and inspect a node's bus: the NATS server that connects the services.")
  addSettingsCommand(bus, {
    name: 'serve',
    summary: 'run the NATS server of a node',
    description:
      'Runs the NATS server of a node, with a key and minimal rights for each service. Missing keys are created in <data-dir>/keys.',
    schema: serveSettings,
    run: serve,
  })
  addSettingsCommand(bus, {
    name: 'provision',
    summary: 'create the streams of a node, and restore them if they are lost',
    description:
      'Creates the streams of a node and checks every 5 s that they exist, so that a lost store is restored quickly.',
    schema: provisionSettings,
    run: provisionBus,
  })
  addSettingsCommand(bus, {
    name: 'config',
    summary: 'write the configuration of a NATS server that runs without Atoll',
    description:
      'Writes the configuration of a NATS server that runs without Atoll, such as a container: the users of a node, each with its key and minimal rights, and the store. Missing keys are created. The configuration has only the public keys.',
    schema: busConfigSettings,
    run: writeConfig,
  })
  addSettingsCommand(bus, {
    name: 'status',
    summary: 'show streams, states, leases and services',
    description:
      'Shows the bus of a node: its streams and how full they are, each state and its age, the holder of each lease, and what each service waits for.',
    schema: statusSettings,
    run: printBusStatus,
  })
}

async function serve(settings: z.output<typeof serveSettings>): Promise<void> {
  const signal = stopSignal()
  await unlessStopped(serveUntil(signal, settings), signal)
}

async function serveUntil(
  signal: AbortSignal,
  settings: z.output<typeof serveSettings>,
): Promise<void> {
  const { chainId, node, host, port, natsServer, natsCaFile } = settings
  const tls = tlsOf(settings)
  const server = await findNatsServer({ named: natsServer, report: print, signal })
  if (server === undefined) throw noServer
  const dataDir = resolve(settings.dataDir ?? busFolder(defaultDataDir(chainId)))
  const bus = await prepareBus(dataDir, { chainId, node, server, report: print, signal })
  let running: RunningNatsServer | undefined
  const watch = new StoreWatch({
    clock: systemClock,
    problem: () => writeProblem(dataDir),
    report: print,
    // The command ends with its server. A supervisor such as systemd then starts the command again.
    restart: () => void running?.stop(),
  })
  const onLog = (line: string) => {
    print(line)
    watch.readLine(line)
  }
  try {
    running = await bus.start({ host, port, onLog, signal, ...(tls !== undefined && { tls }) })
    print(`nats-server ${server.version} at ${running.url}, keys in ${bus.keysDir}`)
    const provisioning = settings.provision
      ? provisionStreams(signal, {
          chainId,
          node,
          natsUrls: [running.url],
          natsSeedFile: bus.seedFileOf('provision'),
          natsCaFile,
          once: false,
        })
      : untilAborted(signal)
    // Waits until the server ends, the provisioning fails, or a signal asks the process to stop.
    await Promise.race([running.ended, provisioning])
    if (!signal.aborted)
      throw new Fault('nats-server-failed', { detail: 'the server ended unexpectedly' })
  } finally {
    watch.stop()
    await running?.stop()
  }
}

async function provisionBus(settings: z.output<typeof provisionSettings>): Promise<void> {
  const signal = stopSignal()
  const health = await serveCommandHealth(settings)
  try {
    const provisioning = provisionStreams(signal, settings)
    // With --once, a stop before all streams exist is a failure.
    await (settings.once ? provisioning : unlessStopped(provisioning, signal))
  } finally {
    await health.close()
  }
}

async function writeConfig(settings: z.output<typeof busConfigSettings>): Promise<void> {
  const { host, keysDir, monitorPort, out, port, storeDir } = settings
  const users = await prepareUsers(keysDir, new BusNames(settings))
  await writeFile(out, renderServerConfig({ host, port, monitorPort, storeDir, users }))
  print(`${out}: ${users.publicKeys.size} users, keys in ${keysDir}`)
}

/**
 * Creates the streams. With `once`, returns when all of them exist. Otherwise, restores lost streams until the signal
 * is aborted.
 */
async function provisionStreams(
  signal: AbortSignal,
  settings: Omit<z.output<typeof provisionSettings>, 'healthHost' | 'healthPort'>,
): Promise<void> {
  const { chainId, node, once } = settings
  const specs = streamsOf(subjects, new BusNames({ chainId, node }))
  const failed = Promise.withResolvers<never>()
  const connection = await connectRole('provision', {
    ...settings,
    name: node,
    signal,
    onWait: reportWaits(),
    onFatal: failed.reject,
  })
  try {
    if (once) {
      const done = await unlessAborted(provision(connection, specs), signal)
      for (const [stream, what] of done) print(`${stream} ${what}`)
      return
    }
    const report = (event: ProvisionEvent) => print(provisionLine(event))
    const options = { clock: systemClock, signal, report }
    await Promise.race([provisionForever(connection, specs, options), failed.promise])
  } finally {
    await connection.close()
  }
}

/** Returns a function that prints the reason of a wait, unless this reason was also the last that it printed. */
function reportWaits(): (reason: Fault) => void {
  let reported = ''
  return ({ message }) => {
    if (message !== reported) print(`provision waits: ${message}`)
    reported = message
  }
}

function tlsOf({ tlsCertFile, tlsKeyFile }: z.output<typeof serveSettings>) {
  if (tlsCertFile === undefined && tlsKeyFile === undefined) return undefined
  if (tlsCertFile !== undefined && tlsKeyFile !== undefined)
    return { certFile: tlsCertFile, keyFile: tlsKeyFile }
  const detail = '--tls-cert-file and --tls-key-file must be given together'
  throw new Fault('settings', { detail })
}

const noServer = new Fault('nats-server-missing', {
  detail:
    'none of nats-server, Go and Docker is installed here, and --nats-server names no program',
})
