import type { ServiceMain } from '#service/service.ts'
import { mergeSettings } from '#runtime/settings/merge-settings.ts'
import { serviceSettings } from '#runtime/settings/service-settings.ts'
import type { SettingsSchema } from '#runtime/settings/settings.ts'
import { config as daWatcher } from '#services/da-watcher/config.ts'
import { config as derivation } from '#services/derivation/config.ts'
import { config as engine } from '#services/engine/config.ts'
import { config as flashblockP2p } from '#services/flashblock-p2p/config.ts'
import { config as gossip } from '#services/gossip/config.ts'
import { config as rpc } from '#services/rpc/config.ts'
import { config as sequencer } from '#services/sequencer/config.ts'

/** A service of a node. */
export interface NodeService {
  readonly name: NodeServiceName
  /** Settings of the service, without the settings that all services share. */
  readonly own: SettingsSchema
  /** All settings of the service. */
  readonly schema: SettingsSchema
}

const own = {
  'da-watcher': daWatcher,
  derivation,
  engine,
  gossip,
  sequencer,
  'flashblock-p2p': flashblockP2p,
  rpc,
} as const

/** Settings as given, by key. */
type Given = Readonly<Record<string, string>>

/** Optional services, each with a function that returns whether a node with the given settings runs the service. */
const optional: ReadonlyMap<string, (given: Given) => boolean> = new Map([
  ['gossip', (given: Given) => given['p2pDisable'] !== 'true'],
  ['sequencer', (given: Given) => given['sequencerEnabled'] === 'true'],
  ['flashblock-p2p', hasFlashblocks],
  ['rpc', (given: Given) => given['rpcDisable'] !== 'true'],
])

/** Whether a node makes flashblocks, or gets those of other builders or of a stream. */
function hasFlashblocks(given: Given): boolean {
  const { flashblockFollow = '', flashblockIntervalMs = '0', flashblockKnownPeers = '' } = given
  const isFed = flashblockKnownPeers !== '' || flashblockFollow !== ''
  return isFed || Number(flashblockIntervalMs) !== 0
}

/** Names of the implemented services. */
export type NodeServiceName = keyof typeof own

/** The services of a node, in the order in which they are started. */
export const nodeServices: readonly NodeService[] = (Object.keys(own) as NodeServiceName[]).map(
  (name) => {
    const schema = mergeSettings([serviceSettings, own[name]])
    return { name, own: own[name], schema }
  },
)

/** Whether a service of this name is implemented. */
export function isNodeService(name: string): name is NodeServiceName {
  return Object.hasOwn(own, name)
}

/** Loads the code of a service and returns its start function. */
export async function loadService(name: NodeServiceName): Promise<ServiceMain<never>> {
  switch (name) {
    case 'da-watcher':
      return (await import('#services/da-watcher/run.ts')).start
    case 'derivation':
      return (await import('#services/derivation/run.ts')).start
    case 'engine':
      return (await import('#services/engine/run.ts')).start
    case 'gossip':
      return (await import('#services/gossip/run.ts')).start
    case 'sequencer':
      return (await import('#services/sequencer/run.ts')).start
    case 'flashblock-p2p':
      return (await import('#services/flashblock-p2p/run.ts')).start
    case 'rpc':
      return (await import('#services/rpc/run.ts')).start
  }
}

/** The services that a node runs with these settings, in the order in which they are started. */
export function servicesFor(given: Given): readonly NodeService[] {
  return nodeServices.filter(({ name }) => optional.get(name)?.(given) ?? true)
}

/** Whether a node may run without the service. It is not a problem if such a service has no status. */
export function isOptional(name: string): boolean {
  return optional.has(name)
}

/** Whether a node with default settings runs the service. */
export function isUsual(name: string): boolean {
  return optional.get(name)?.({}) ?? true
}
