/** Atoll's services; each is a process of its own. */
export const serviceNames = [
  'da-watcher',
  'derivation',
  'engine',
  'gossip',
  'sequencer',
  'flashblock-p2p',
  'rpc',
] as const

/** The name of a service, as it stands in subjects, flags, metrics and container names. */
export type ServiceName = (typeof serviceNames)[number]

/** Users of the bus that are no service: one makes the streams, one only looks. */
const operatorRoles = ['provision', 'operator'] as const

/** Who connects to the bus. Each has its own key, and no more rights than it needs. */
export type BusRole = ServiceName | (typeof operatorRoles)[number]

/** Every user of the bus. */
export const busRoles: readonly BusRole[] = [...serviceNames, ...operatorRoles]

/**
 * Whether one instance at a time may act for the service, so that it takes a lease before it does.
 * Any number of rpc replicas may run; two of any other would write one state, or use one peer key.
 */
export function isLeased(service: ServiceName): boolean {
  return service !== 'rpc'
}
