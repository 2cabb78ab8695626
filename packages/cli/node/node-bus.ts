import { join } from 'node:path'
import { BusNames } from '#messages/bus-names.ts'
import { permissionsOf } from '#messages/permissions.ts'
import type { BusRole } from '#messages/services.ts'
import { streamsOf } from '#messages/streams.ts'
import { subjects } from '#messages/subjects.ts'
import { type BusAccess, connectRole, connectService } from '#runtime/bus/connect-service.ts'
import type { Connection } from '#runtime/bus/connection.ts'
import type { MemoryServer } from '#runtime/bus/memory/memory-server.ts'
import { provision, type ProvisionEvent, provisionForever } from '#runtime/bus/provision.ts'
import { systemClock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import { busKeyFile, ensureBusKeys } from '#runtime/keys/nkey.ts'
import { claimBusFolder } from '#runtime/nats-server/bus-folder.ts'
import { type BusServer, findBusServer, memoryBusServer } from '#runtime/nats-server/bus-server.ts'
import { type FoundServer } from '#runtime/nats-server/find-server.ts'
import { type RunningNatsServer, startNatsServer } from '#runtime/nats-server/nats-server.ts'

/** Whose bus it is, and where it is kept. */
export interface NodeBusOptions {
  readonly chainId: bigint
  readonly node: string
  /** Folder for the store, the configuration and the keys. */
  readonly dataDir: string
  /** A program; left out: one is looked for. */
  readonly natsServer: string | undefined
  /** No server: all services are in this process. */
  readonly isInMemory?: boolean
  /** 0 takes one that is free. */
  readonly port: number
  readonly report: (what: string) => void
  /** The server ended, or cannot be provisioned: nothing goes on without it. */
  readonly onFatal: (error: Error) => void
}

/** Two connections of a user of the bus. */
export type BusConnections = Awaited<ReturnType<typeof connectService>>

/** The bus of a node, with its streams. */
export interface NodeBus {
  /** What it is, for a person. */
  readonly what: string
  readonly names: BusNames
  /** Settings of a process that joins; undefined if the bus is in this process alone. */
  accessOf(role: BusRole): Pick<BusAccess, 'natsUrls' | 'natsSeedFile'> | undefined
  /** Joins from this process. */
  connect(role: BusRole, instance: string): Promise<BusConnections>
  close(): Promise<void>
}

/** Starts the bus of a node: a NATS server if one is to be had, else one in memory. */
export async function openNodeBus(options: NodeBusOptions): Promise<NodeBus> {
  const { natsServer: named, report } = options
  if (options.isInMemory === true) return openMemoryBus(memoryBusServer(), options)
  const server: BusServer = await findBusServer({ named, report })
  return server.kind === 'nats'
    ? openNatsBus(server.found, options)
    : openMemoryBus(server.server, options)
}

/** A bus in memory, for services in this process. */
export async function openMemoryBus(
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
  const { chainId, node, dataDir, port, report, onFatal } = options
  const names = new BusNames({ chainId, node })
  const folder = await claimBusFolder(dataDir, { chainId, node }, report)
  const keysDir = join(dataDir, 'keys')
  const keys = await ensureBusKeys(keysDir)
  const publicKeys = new Map([...keys].map(([role, { publicKey }]) => [role, publicKey]))
  const running = await startNatsServer({
    server,
    dataDir,
    host: '127.0.0.1',
    port,
    users: { names, subjects, publicKeys },
    onLog: () => undefined,
  })
  await folder.serverStarted(running.pid)
  const stopping = new AbortController()
  const accessOf = (role: BusRole) => {
    return { natsUrls: [running.url], natsSeedFile: busKeyFile(keysDir, role) }
  }
  void watch(running, stopping.signal, onFatal)
  const access = { natsCaFile: undefined, signal: stopping.signal, onFatal }
  const provisioning = await connectRole('provision', {
    ...accessOf('provision'),
    ...access,
    name: node,
  })
  const specs = streamsOf(subjects, names)
  await provision(provisioning, specs)
  const kept = keepProvisioned(provisioning, { specs, signal: stopping.signal, report, onFatal })
  return {
    what: `nats-server ${server.version} at ${running.url}`,
    names,
    accessOf,
    connect: (role, instance) => connectService(role, { ...accessOf(role), ...access, instance }),
    close: async () => {
      stopping.abort()
      await kept
      await running.stop()
    },
  }
}

async function watch(
  running: RunningNatsServer,
  signal: AbortSignal,
  onFatal: (error: Error) => void,
): Promise<void> {
  await running.ended
  if (signal.aborted) return
  const detail = 'the NATS server ended by itself'
  onFatal(new Fault('nats-server-failed', { severity: 'critical', detail }))
}

async function keepProvisioned(
  connection: Connection,
  options: {
    readonly specs: ReturnType<typeof streamsOf>
    readonly signal: AbortSignal
    readonly report: (what: string) => void
    readonly onFatal: (error: Error) => void
  },
): Promise<void> {
  const { specs, signal, report, onFatal } = options
  const told = (event: ProvisionEvent) =>
    report(
      event.kind === 'failed'
        ? `provision: ${event.fault.message}`
        : `${event.stream} ${event.kind}`,
    )
  try {
    await provisionForever(connection, specs, { clock: systemClock, signal, report: told })
  } catch (error) {
    if (!signal.aborted && error instanceof Error) onFatal(error)
  } finally {
    await connection.close()
  }
}
