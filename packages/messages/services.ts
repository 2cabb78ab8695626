/** Atoll's services. */
export const serviceNames = [
  'da-watcher',
  'derivation',
  'engine',
  'gossip',
  'sequencer',
  'flashblock-p2p',
  'rpc',
] as const

/** The name of a service, as used in subjects, flags, metrics and container names. */
export type ServiceName = (typeof serviceNames)[number]

/**
 * Users of the bus other than the services. `provision` creates the streams. `operator` reads all streams, and calls
 * gossip to list and change peers.
 */
const operatorRoles = ['provision', 'operator'] as const

/** A user of the bus, with its own key and the least rights. */
export type BusRole = ServiceName | (typeof operatorRoles)[number]

/** Every user of the bus. */
export const busRoles: readonly BusRole[] = [...serviceNames, ...operatorRoles]

/**
 * Whether the service needs a lease, so that only one of its instances acts at a time. Any number of rpc replicas may
 * run. Two active instances of another service would write the same state, or use the same peer key.
 */
export function isLeased(service: ServiceName): boolean {
  return service !== 'rpc'
}
