import { MemoryServer, type Wire } from '#bus/memory/memory-server.ts'
import { systemClock } from '#runtime/clock.ts'
import { findNatsServer, type FindServerOptions, type FoundServer } from './find-server.ts'

/** The server behind a node's bus. */
export type BusServer =
  | { readonly kind: 'nats'; readonly found: FoundServer }
  /** An in-memory server, for services in this process. */
  | { readonly kind: 'memory'; readonly server: MemoryServer }

/**
 * Finds a NATS server. If there is none, uses a bus in memory and reports that.
 *
 * @throws Fault `nats-server-missing` if the given program cannot be run
 */
export async function findBusServer(options: FindServerOptions = {}): Promise<BusServer> {
  const found = await findNatsServer(options)
  if (found !== undefined) return { kind: 'nats', found }
  options.report?.(
    'no NATS server was found (install nats-server, Go or Docker): all services run in one process, on a bus in memory',
  )
  return { kind: 'memory', server: memoryBusServer() }
}

/**
 * A bus for services in this process. Each message is delivered in a new turn of the event loop, so that timers and
 * sockets are served in between.
 */
export function memoryBusServer(): MemoryServer {
  const carry: Wire['carry'] = (_hop, deliver) => void setImmediate(deliver)
  return new MemoryServer({ clock: systemClock, wire: { carry } })
}
