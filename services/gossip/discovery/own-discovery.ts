import type { Logger } from 'pino'
import { isIPv6 } from 'node:net'
import type { Discovery } from '#libp2p/discovery.ts'
import { ipBytes } from '#libp2p/ip-address.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { portBytes } from '#protocol/p2p/enr-endpoint.ts'
import { encodeOpStackEntry, opStackKey, opStackVersion } from '#protocol/p2p/opstack-entry.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Settings } from '#services/gossip/config.ts'
import { shownPort } from '#services/gossip/network/host-addresses.ts'
import type { OpenNetwork } from '#services/gossip/network/open-network.ts'
import type { PeerStore } from '#services/gossip/peers/peer-store.ts'
import { bootnodesFor } from './bootnodes.ts'

/** What discovery needs besides the settings. */
export interface DiscoveryParts {
  readonly config: RollupConfig
  /** Private key of the host. */
  readonly key: Uint8Array
  readonly clock: Clock
  readonly network: Pick<OpenNetwork, 'addresses'>
  readonly store: Pick<PeerStore, 'records'>
  readonly log: Pick<Logger, 'debug'>
  /** Limit on the time of a search. */
  readonly searchMs: number
}

/**
 * Starts discovery as configured.
 *
 * @throws as `openDiscovery`
 */
export async function openOwnDiscovery(
  settings: Settings,
  { config, key, clock, network, store, log, searchMs }: DiscoveryParts,
): Promise<Discovery> {
  const { p2pListenIp: ip, p2pListenUdp: udp } = settings
  // Discovery is a fifth of gossip's modules, so it is loaded only when it is needed.
  const { openDiscovery } = await import('#libp2p/discovery.ts')
  return openDiscovery({
    key,
    listen: { ip, udp },
    entries: ownEntries(settings, { config, network }),
    sequence: BigInt(clock.now()),
    bootnodes: settings.p2pBootnodes ?? bootnodesFor(config.l1ChainId),
    records: store.records(),
    searchMs,
    onProblem: (bootnode, reason) => log.debug({ bootnode, reason }, 'a bootnode does not answer'),
  })
}

/**
 * Entries of this node's record. If the settings have no address, the node learns its address from the answers of other
 * nodes.
 */
function ownEntries(
  settings: Settings,
  { config, network }: Pick<DiscoveryParts, 'config' | 'network'>,
): ReadonlyMap<string, Uint8Array> {
  const { p2pListenIp, p2pListenUdp, p2pAdvertiseIp } = settings
  const isAny = p2pListenIp === '0.0.0.0' || p2pListenIp === '::'
  const ip = p2pAdvertiseIp ?? (isAny ? undefined : p2pListenIp)
  const suffix = isIPv6(ip ?? p2pListenIp) ? '6' : ''
  const tcp = shownPort(settings.p2pAdvertiseTcp, tcpPortOf(network))
  const udp = shownPort(settings.p2pAdvertiseUdp, p2pListenUdp)
  const entries = new Map([
    [opStackKey, encodeOpStackEntry({ chainId: config.l2ChainId, version: opStackVersion })],
  ])
  if (ip !== undefined) entries.set(`ip${suffix}`, ipBytes(ip))
  if (tcp !== 0) entries.set(`tcp${suffix}`, portBytes(tcp))
  if (udp !== 0) entries.set(`udp${suffix}`, portBytes(udp))
  return entries
}

/** The TCP port on which the host listens; 0 if it does not listen. */
function tcpPortOf({ addresses }: Pick<OpenNetwork, 'addresses'>): number {
  const [, port] = /\/tcp\/(\d+)/u.exec(addresses[0] ?? '') ?? []
  return Number(port ?? 0)
}
