import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import { type Identify, identify } from '@libp2p/identify'
import type { Libp2p, ServiceMap } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { type Ping, ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2pOptions } from 'libp2p'
import { Fault } from '#runtime/fault.ts'
import type { PeerGate } from './peer-gate.ts'
import { limitPeerStore } from './limited-peer-store.ts'
import { listenFault } from './listen-fault.ts'

/** Limits on the connections of a host. */
export interface HostLimits {
  /**
   * Limit on connections. Beyond it, inbound connections are refused, and for each dialed connection another connection
   * is closed.
   */
  readonly maxConnections: number
  /** Limit on new connections of one IP address in a second. Further connections are refused. */
  readonly maxInboundPerSecond: number
  /** Limit on inbound connections whose handshake is not complete. */
  readonly maxPendingInbound: number
}

/** Limits for a public network. */
export const publicLimits: HostLimits = {
  // op-node prunes connections above 30. The gossip service prunes them above 30 after a grace period.
  maxConnections: 100,
  maxInboundPerSecond: 5,
  maxPendingInbound: 10,
}

/** Settings of a host. */
export interface HostSettings {
  /** A secp256k1 key of 32 bytes, from `loadNetworkKey`, or an ed25519 key of 64 bytes, from `readBuilderKey`. */
  readonly key: Uint8Array
  /** Multiaddrs, such as `/ip4/0.0.0.0/tcp/9222`. */
  readonly listen: readonly string[]
  /** Multiaddrs that are announced to peers. If empty, the multiaddrs on which the host listens are announced. */
  readonly announce: readonly string[]
  /** Name and version that peers see, such as `atoll/0.1.0`. */
  readonly agent: string
  readonly limits: HostLimits
  readonly gate: PeerGate
}

/** A host with its services: `identify`, `ping`, and the given services. */
export type Host<Services extends ServiceMap> = Libp2p<
  Services & { readonly identify: Identify; readonly ping: Ping }
>

/**
 * Limit on the bytes of one message of identify; a peer may send ten messages. The messages of op-node and kona-node
 * are smaller. libp2p reads all addresses in a message before any other limit applies.
 */
export const maxIdentifyBytes = 4_096

/** Timeout of a dial, of a handshake, and of a protocol negotiation, as in op-node. */
const timeoutMs = 10_000

/**
 * Starts a host with the protocols that op-node and kona-node have in common: TCP, noise, yamux.
 *
 * @param services further services of libp2p, such as gossipsub
 * @throws Fault `settings` for an address that is not a multiaddr over TCP; `p2p-port` if the host cannot listen
 * Spec: rollup-node-p2p.md#libp2p
 */
export async function openHost<Services extends ServiceMap>(
  settings: HostSettings,
  services: NonNullable<Libp2pOptions<Services>['services']>,
): Promise<Host<Services>> {
  const { limits } = settings
  for (const address of [...settings.listen, ...settings.announce]) checkAddress(address)
  // In the types of libp2p, a service may be undefined, although all of them are present here.
  const all = {
    identify: identify({ maxMessageSize: maxIdentifyBytes }),
    ping: ping(),
    ...services,
  } as NonNullable<Libp2pOptions<Services & { identify: Identify; ping: Ping }>['services']>
  const host = await createLibp2p({
    start: false,
    privateKey: privateKeyFromRaw(settings.key),
    nodeInfo: { userAgent: settings.agent },
    addresses: { listen: [...settings.listen], announce: [...settings.announce] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: settings.gate.toGater(),
    connectionManager: {
      maxConnections: limits.maxConnections,
      inboundConnectionThreshold: limits.maxInboundPerSecond,
      maxIncomingPendingConnections: limits.maxPendingInbound,
      dialTimeout: timeoutMs,
      inboundUpgradeTimeout: timeoutMs,
      inboundStreamProtocolNegotiationTimeout: timeoutMs,
      outboundStreamProtocolNegotiationTimeout: timeoutMs,
    },
    services: all,
  })
  limitPeerStore(host)
  try {
    await host.start()
  } catch (cause) {
    throw listenFault(settings.listen.join(', '), cause)
  }
  return host
}

function checkAddress(text: string): void {
  try {
    const names = multiaddr(text)
      .getComponents()
      .map(({ name }) => name)
    if (/^(?:ip4|ip6|dns|dns4|dns6),tcp$/u.test(names.join(','))) return
  } catch (cause) {
    throw badAddress(text, cause)
  }
  throw badAddress(text, undefined)
}

function badAddress(text: string, cause: unknown): Fault {
  const detail = `${text} is not a multiaddr over TCP, such as /ip4/0.0.0.0/tcp/9222`
  return new Fault('settings', { detail, cause })
}
