import { type BlockList, isIPv4 } from 'node:net'
import type { ConnectionGater } from '@libp2p/interface'
import type { Clock } from '#runtime/clock.ts'
import { ipOf, normalIp, parseSubnet } from './ip-address.ts'

/** A ban of a peer or of an IP address. */
export interface Ban {
  readonly kind: 'peer' | 'ip'
  /** A peer id, or an IP address. */
  readonly name: string
  /** Unix milliseconds. */
  readonly untilMs: number
}

/** Limit on bans of each kind; beyond it the oldest one ends. */
export const maxBans = 10_000

/**
 * Decides which connections a host makes and accepts, as op-node does: operators block peers, addresses and subnets, and
 * peers with bad scores are banned for a time. Connections that exist are not closed.
 */
export class PeerGate {
  readonly #clock: Clock
  readonly #onUnban: (kind: Ban['kind']) => void
  readonly #blockedPeers = new Set<string>()
  readonly #blockedIps = new Set<string>()
  readonly #blockedSubnets = new Map<string, BlockList>()
  readonly #bans: Readonly<Record<Ban['kind'], Map<string, number>>> = {
    peer: new Map(),
    ip: new Map(),
  }

  /**
   * @param onUnban is called when a ban is found to be over
   * @param bans of an earlier run
   */
  constructor(
    clock: Clock,
    {
      onUnban = () => undefined,
      bans = [],
    }: { readonly onUnban?: (kind: Ban['kind']) => void; readonly bans?: readonly Ban[] } = {},
  ) {
    this.#clock = clock
    this.#onUnban = onUnban
    for (const ban of bans) this.ban(ban)
  }

  /** Blocks a peer by its id. */
  blockPeer(peerId: string): void {
    this.#blockedPeers.add(peerId)
  }

  /** Undoes {@link blockPeer}. */
  unblockPeer(peerId: string): void {
    this.#blockedPeers.delete(peerId)
  }

  /** @throws RangeError if the text is not an IP address */
  blockIp(ip: string): void {
    this.#blockedIps.add(checkedIp(ip))
  }

  /** @throws RangeError if the text is not an IP address */
  unblockIp(ip: string): void {
    this.#blockedIps.delete(checkedIp(ip))
  }

  /** @throws RangeError if the text is not a subnet in CIDR notation */
  blockSubnet(subnet: string): void {
    const list = parseSubnet(subnet)
    if (list === undefined)
      throw new RangeError(`${subnet} is not a subnet, such as 10.0.0.0/8 or fd00::/8`)
    this.#blockedSubnets.set(subnet, list)
  }

  /** Undoes {@link blockSubnet} for the same text. */
  unblockSubnet(subnet: string): void {
    this.#blockedSubnets.delete(subnet)
  }

  /** All that is blocked. */
  get blocked(): Readonly<Record<'peers' | 'ips' | 'subnets', readonly string[]>> {
    return {
      peers: [...this.#blockedPeers],
      ips: [...this.#blockedIps],
      subnets: [...this.#blockedSubnets.keys()],
    }
  }

  /**
   * Bans a peer or an IP address for a time, in place of an earlier ban of it.
   *
   * @throws RangeError if the name of an IP address is not one
   */
  ban({ kind, name, untilMs }: Ban): void {
    const bans = this.#bans[kind]
    const key = kind === 'ip' ? checkedIp(name) : name
    bans.delete(key)
    bans.set(key, untilMs)
    const [oldest] = bans.keys()
    if (bans.size > maxBans && oldest !== undefined) bans.delete(oldest)
  }

  /** Bans that are not over, to be kept for the next run. */
  get bans(): readonly Ban[] {
    const now = this.#clock.now()
    return (['peer', 'ip'] as const).flatMap((kind) =>
      [...this.#bans[kind]]
        .filter(([, untilMs]) => untilMs > now)
        .map(([name, untilMs]) => ({ kind, name, untilMs })),
    )
  }

  /** Whether connections from and to a peer are refused. */
  deniesPeer(peerId: string): boolean {
    return this.#blockedPeers.has(peerId) || this.#isBanned('peer', peerId)
  }

  /** Whether connections from and to an IP address are refused. */
  deniesIp(text: string): boolean {
    const ip = normalIp(text)
    if (ip === undefined) return false
    const family = isIPv4(ip) ? 'ipv4' : 'ipv6'
    if (this.#blockedIps.has(ip)) return true
    for (const subnet of this.#blockedSubnets.values()) if (subnet.check(ip, family)) return true
    return this.#isBanned('ip', ip)
  }

  /** The gate in the form of libp2p. As in op-node, a connection that was dialed is not checked again when it is secured. */
  toGater(): ConnectionGater {
    return {
      denyDialPeer: (peerId) => this.deniesPeer(peerId.toString()),
      denyDialMultiaddr: (address) => this.deniesIp(ipOf(address) ?? ''),
      denyInboundConnection: ({ remoteAddr }) => this.deniesIp(ipOf(remoteAddr) ?? ''),
      denyInboundEncryptedConnection: (peerId) => this.deniesPeer(peerId.toString()),
    }
  }

  #isBanned(kind: Ban['kind'], name: string): boolean {
    const untilMs = this.#bans[kind].get(name)
    if (untilMs === undefined) return false
    if (untilMs > this.#clock.now()) return true
    this.#bans[kind].delete(name)
    this.#onUnban(kind)
    return false
  }
}

function checkedIp(text: string): string {
  const ip = normalIp(text)
  if (ip === undefined) throw new RangeError(`${text} is not an IP address`)
  return ip
}
