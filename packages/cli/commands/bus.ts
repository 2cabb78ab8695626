import type { Command } from 'commander'
import type * as z from 'zod'
import { provisionSettings, serveSettings, statusSettings } from '#node/bus-settings.ts'
import { print } from '#node/output.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'
import { stopSignal } from '#cli/stop-signal.ts'
import { BusNames } from '#messages/bus-names.ts'
import { streamsOf } from '#messages/streams.ts'
import { subjects } from '#messages/subjects.ts'
import { type BusAccess, connectRole } from '#bus/connect-service.ts'
import type { Connection } from '#bus/connection.ts'
import { provision, type ProvisionEvent, provisionForever, provisionLine } from '#bus/provision.ts'
import { systemClock } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { findNatsServer } from '#node/nats-server/find-server.ts'
import { prepareBus } from '#node/nats-server/prepare-bus.ts'
import type { RunningNatsServer } from '#node/nats-server/nats-server.ts'
import { StoreWatch } from '#node/nats-server/store-watch.ts'
import { writeProblem } from '#runtime/disk-space.ts'
import { printBusStatus } from './bus-status.ts'
import { resolve } from 'node:path'

/** Adds `atoll bus`. */
export function addBusCommands(program: Command): void {
  const bus = program
    .command('bus')
    .summary("run and inspect a node's bus")
    .description("Run and inspect a node's bus: the NATS server between its services.")
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
    run: provisionStreams,
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
  const { chainId, node, host, port, natsServer, natsCaFile } = settings
  const server = await findNatsServer({ named: natsServer, report: print })
  if (server === undefined) throw noServer
  const stop = stopSignal()
  const bus = await prepareBus(resolve(settings.dataDir), { chainId, node, server, report: print })
  const tls = tlsOf(settings)
  let running: RunningNatsServer | undefined
  const watch = new StoreWatch({
    clock: systemClock,
    problem: () => writeProblem(resolve(settings.dataDir)),
    report: print,
    // The command then ends, and its supervisor starts it again.
    restart: () => void running?.stop(),
  })
  const onLog = (line: string) => {
    print(line)
    watch.readLine(line)
  }
  try {
    running = await bus.start({ host, port, onLog, ...(tls !== undefined && { tls }) })
    print(`nats-server ${server.version} at ${running.url}, keys in ${bus.keysDir}`)
    const provisioning = settings.provision
      ? provisionStreams({
          chainId,
          node,
          natsUrls: [running.url],
          natsSeedFile: bus.seedFileOf('provision'),
          natsCaFile,
          once: false,
        })
      : Promise.resolve()
    // Waits until the server ends, the provisioning fails, or a signal asks the process to stop.
    await Promise.race([running.ended, provisioning.then(() => stop.stopped)])
    if (!stop.signal.aborted)
      throw new Fault('nats-server-failed', { detail: 'the server ended unexpectedly' })
  } finally {
    watch.stop()
    await running?.stop()
  }
}

async function provisionStreams(settings: z.output<typeof provisionSettings>): Promise<void> {
  const { chainId, node, once } = settings
  const specs = streamsOf(subjects, new BusNames({ chainId, node }))
  const stop = stopSignal()
  const failed = Promise.withResolvers<never>()
  const connection = await connectUntil(stop.signal, { ...settings, onFatal: failed.reject })
  if (connection === undefined) return
  if (once)
    for (const [stream, what] of await provision(connection, specs)) print(`${stream} ${what}`)
  else {
    const report = (event: ProvisionEvent) => print(provisionLine(event))
    const options = { clock: systemClock, signal: stop.signal, report }
    await Promise.race([provisionForever(connection, specs, options), failed.promise])
  }
  await connection.close()
}

/** Connects with retries. @returns undefined if `signal` is aborted before a server is reached */
async function connectUntil(
  signal: AbortSignal,
  options: BusAccess & { readonly node: string },
): Promise<Connection | undefined> {
  let reason = ''
  const onWait = ({ message }: Fault) => {
    if (message !== reason) print(`provision waits: ${message}`)
    reason = message
  }
  try {
    return await connectRole('provision', { ...options, name: options.node, signal, onWait })
  } catch (error) {
    if (isFault(error, 'closed') && signal.aborted) return undefined
    throw error
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
  detail: 'nats-server, Go and Docker are not installed here, and --nats-server names no program',
})
