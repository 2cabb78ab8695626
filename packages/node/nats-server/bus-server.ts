import { MemoryServer, type Wire } from '#bus/memory/memory-server.ts'
import { systemClock } from '#runtime/clock.ts'
import { findNatsServer, type FindServerOptions, type FoundServer } from './find-server.ts'

/** What a node's bus stands on. */
export type BusServer =
  | { readonly kind: 'nats'; readonly found: FoundServer }
  /** For services in this one process. */
  | { readonly kind: 'memory'; readonly server: MemoryServer }

/**
 * A NATS server if one is to be had, else a bus in memory, with a line that says so.
 *
 * @throws Fault `nats-server-missing` if the one that is named cannot be run
 */
export async function findBusServer(options: FindServerOptions = {}): Promise<BusServer> {
  const found = await findNatsServer(options)
  if (found !== undefined) return { kind: 'nats', found }
  options.report?.(
    'no NATS server is to be had (install nats-server, Go or Docker): all services run in one process, on a bus in its memory',
  )
  return { kind: 'memory', server: memoryBusServer() }
}

/** A bus for services in this one process. A message takes a turn of the event loop, so that timers and sockets have theirs. */
export function memoryBusServer(): MemoryServer {
  const carry: Wire['carry'] = (_hop, deliver) => void setImmediate(deliver)
  return new MemoryServer({ clock: systemClock, wire: { carry } })
}
