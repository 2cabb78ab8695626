import { join } from 'node:path'
import { BusNames } from '#messages/bus-names.ts'
import { permissionsOf } from '#messages/permissions.ts'
import type { BusRole } from '#messages/services.ts'
import { streamsOf } from '#messages/streams.ts'
import { subjects } from '#messages/subjects.ts'
import { type BusAccess, connectRole, connectService } from '#bus/connect-service.ts'
import type { Connection } from '#bus/connection.ts'
import type { MemoryServer } from '#bus/memory/memory-server.ts'
import { provision, type ProvisionEvent, provisionForever, provisionLine } from '#bus/provision.ts'
import { systemClock } from '#runtime/clock.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'
import { type BusServer, findBusServer, memoryBusServer } from '#node/nats-server/bus-server.ts'
import { type FoundServer } from '#node/nats-server/find-server.ts'
import { KeptServer } from '#node/nats-server/kept-server.ts'
import { prepareBus } from '#node/nats-server/prepare-bus.ts'
import type { Report } from './supervisor.ts'

/** Options of a node's bus. */
export interface NodeBusOptions {
  readonly chainId: bigint
  readonly node: string
  /** Folder for the store, the configuration and the keys. */
  readonly dataDir: string
  /** NATS server program; undefined: a program is searched for. */
  readonly natsServer: string | undefined
  /** Whether all services run in this process, without a server. */
  readonly isInMemory?: boolean
  /** 0 for any free port. */
  readonly port: number
  readonly report: Report
  /** Cancels the start. */
  readonly signal?: AbortSignal | undefined
  /** Called if the bus fails permanently after its start, for example if a key is refused. The node must stop. */
  readonly onFatal: (error: Error) => void
}

/** Path of the bus in a node's folder. */
export function busFolder(nodeDir: string): string {
  return join(nodeDir, 'bus')
}

/** The connections of a bus user, as `connectService` opens them. */
type BusConnections = Awaited<ReturnType<typeof connectService>>

/** The bus of a node, with its streams. */
export interface NodeBus {
  /** Description for operators. */
  readonly what: string
  readonly names: BusNames
  /** Settings for a process that joins; undefined for a bus in this process. */
  accessOf(role: BusRole): Pick<BusAccess, 'natsUrls' | 'natsSeedFile'> | undefined
  /** Process id of the server; undefined if there is none. */
  serverPid(): number | undefined
  /** Opens the connections of a user in this process. */
  connect(role: BusRole, instance: string): Promise<BusConnections>
  close(): Promise<void>
}

/** Starts the bus of a node: a NATS server if one is found, else a server in memory. */
export async function openNodeBus(options: NodeBusOptions): Promise<NodeBus> {
  const { natsServer: named, report, signal } = options
  if (options.isInMemory === true) return openMemoryBus(memoryBusServer(), options)
  const server: BusServer = await findBusServer({ named, report, signal })
  return server.kind === 'nats'
    ? openNatsBus(server.found, options)
    : openMemoryBus(server.server, options)
}

/** A bus in memory, for services in this process. */
async function openMemoryBus(
  server: MemoryServer,
  { chainId, node }: Pick<NodeBusOptions, 'chainId' | 'node'>,
): Promise<NodeBus> {
  const names = new BusNames({ chainId, node })
  const connection = server.connect({ name: 'provision', role: 'provision' })
  await provision(connection, streamsOf(subjects, names))
  await connection.close()
  let joined = 0
  return {
    what: 'in memory',
    names,
    accessOf: () => undefined,
    serverPid: () => undefined,
    connect: async (role, instance) => {
      const permissions = permissionsOf(role, { subjects, names })
      const who = `${role}/${instance}#${joined++}`
      const connect = (what: string) =>
        server.connect({ name: `${who}/${what}`, role, permissions })
      return { control: connect('control'), bulk: connect('bulk') }
    },
    close: async () => server.stop(),
  }
}

async function openNatsBus(server: FoundServer, options: NodeBusOptions): Promise<NodeBus> {
  const { chainId, node, dataDir, port, report, signal, onFatal } = options
  const bus = await prepareBus(dataDir, { chainId, node, server, report, signal })
  const kept = await KeptServer.start(bus, { host: '127.0.0.1', port, dataDir, report, signal })
  const { url } = kept
  const closing = new AbortController()
  const ended = signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal])
  const accessOf = (role: BusRole) => {
    return { natsUrls: [url], natsSeedFile: bus.seedFileOf(role) }
  }
  const access = { natsCaFile: undefined, signal: ended, onFatal }
  const specs = streamsOf(subjects, bus.names)
  try {
    const provisioning = await connectRole('provision', {
      ...accessOf('provision'),
      ...access,
      name: node,
    })
    await unlessAborted(provision(provisioning, specs), signal)
    const options = { specs, signal: closing.signal, report, onFatal }
    const provisioned = keepProvisioned(provisioning, options)
    return {
      what: `NATS ${server.version}, ${url}`,
      names: bus.names,
      accessOf,
      connect: (role, instance) => connectService(role, { ...accessOf(role), ...access, instance }),
      serverPid: () => kept.pid,
      close: async () => {
        closing.abort()
        await provisioned
        await kept.stop()
      },
    }
  } catch (error) {
    await kept.stop()
    throw error
  }
}

async function keepProvisioned(
  connection: Connection,
  options: {
    readonly specs: ReturnType<typeof streamsOf>
    readonly signal: AbortSignal
    readonly report: Report
    readonly onFatal: (error: Error) => void
  },
): Promise<void> {
  const { specs, signal, report, onFatal } = options
  const reportEvent = (event: ProvisionEvent) =>
    report(provisionLine(event), event.kind === 'failed' ? 'warn' : 'info')
  try {
    await provisionForever(connection, specs, { clock: systemClock, signal, report: reportEvent })
  } catch (error) {
    if (!signal.aborted && error instanceof Error) onFatal(error)
  } finally {
    await connection.close()
  }
}
