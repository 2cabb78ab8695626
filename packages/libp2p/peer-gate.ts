import { type BlockList, isIPv4 } from 'node:net'
import type { ConnectionGater } from '@libp2p/interface'
import type { Ban } from '#messages/fetch-peers.ts'
import type { Clock } from '#runtime/clock.ts'
import { ipOf, normalIp, normalSubnet, parseSubnet } from './ip-address.ts'

/** Limit on the bans of each kind. Beyond the limit, the oldest ban ends. */
export const maxBans = 10_000

/** Limit on peers, IP addresses and subnets that operators block, of each kind. */
export const maxBlocked = 10_000

/** Peers, IP addresses and subnets that operators block. Subnets are in CIDR notation. */
export type Blocked = Readonly<Record<'peers' | 'ips' | 'subnets', readonly string[]>>

const nothingBlocked: Blocked = { peers: [], ips: [], subnets: [] }

/**
 * Decides which connections a host makes and accepts, as op-node does: operators block peers, addresses and subnets,
 * and peers with bad scores are banned for a time. Existing connections are not closed.
 */
export class PeerGate {
  readonly #clock: Clock
  readonly #onUnban: (kind: Ban['kind']) => void
  readonly #blockedPeers = new Set<string>()
  readonly #blockedIps = new Set<string>()
  readonly #blockedSubnets = new Map<string, BlockList>()
  readonly #bans: Readonly<Record<Ban['kind'], Map<string, Ban>>> = {
    peer: new Map(),
    ip: new Map(),
  }

  /**
   * @param onUnban is called when the gate notices that a ban is over, or when an operator ends a ban
   * @param bans the bans of an earlier run
   * @param blocked the peers, addresses and subnets that operators blocked in an earlier run
   */
  constructor(
    clock: Clock,
    {
      onUnban = () => undefined,
      bans = [],
      blocked = nothingBlocked,
    }: {
      readonly onUnban?: (kind: Ban['kind']) => void
      readonly bans?: readonly Ban[]
      readonly blocked?: Blocked
    } = {},
  ) {
    this.#clock = clock
    this.#onUnban = onUnban
    for (const ban of bans) this.ban(ban)
    for (const peerId of blocked.peers) this.blockPeer(peerId)
    for (const ip of blocked.ips) this.blockIp(ip)
    for (const subnet of blocked.subnets) this.blockSubnet(subnet)
  }

  /**
   * Blocks a peer by its id.
   *
   * @returns whether the peer was not blocked before. All methods that block return such a value
   * @throws RangeError if {@link maxBlocked} peers are blocked
   */
  blockPeer(peerId: string): boolean {
    checkRoom(this.#blockedPeers, peerId, 'peers')
    const before = this.#blockedPeers.size
    return this.#blockedPeers.add(peerId).size > before
  }

  /**
   * Undoes {@link blockPeer}, and ends a ban of the peer.
   *
   * @returns whether the peer was blocked or banned before. All methods that unblock return such a value
   */
  unblockPeer(peerId: string): boolean {
    const wasBanned = this.#unban('peer', peerId)
    return this.#blockedPeers.delete(peerId) || wasBanned
  }

  /** Blocks an IP address. @throws RangeError if the text is not one, or {@link maxBlocked} addresses are blocked */
  blockIp(text: string): boolean {
    const ip = checkedIp(text)
    checkRoom(this.#blockedIps, ip, 'IP addresses')
    const before = this.#blockedIps.size
    return this.#blockedIps.add(ip).size > before
  }

  /** Undoes {@link blockIp}, and ends a ban of the address. @throws RangeError if the text is not an IP address */
  unblockIp(text: string): boolean {
    const ip = checkedIp(text)
    const wasBanned = this.#unban('ip', ip)
    return this.#blockedIps.delete(ip) || wasBanned
  }

  /**
   * Blocks a subnet.
   *
   * @throws RangeError if the text is not a subnet in CIDR notation, or {@link maxBlocked} subnets are blocked
   */
  blockSubnet(text: string): boolean {
    const list = parseSubnet(text)
    const subnet = normalSubnet(text)
    if (list === undefined || subnet === undefined)
      throw new RangeError(`${text} is not a subnet, such as 10.0.0.0/8 or fd00::/8`)
    checkRoom(this.#blockedSubnets, subnet, 'subnets')
    const before = this.#blockedSubnets.size
    return this.#blockedSubnets.set(subnet, list).size > before
  }

  /** Undoes {@link blockSubnet}. @throws RangeError if the text is not a subnet in CIDR notation */
  unblockSubnet(text: string): boolean {
    const subnet = normalSubnet(text)
    if (subnet === undefined)
      throw new RangeError(`${text} is not a subnet, such as 10.0.0.0/8 or fd00::/8`)
    return this.#blockedSubnets.delete(subnet)
  }

  /** All that is blocked. */
  get blocked(): Blocked {
    return {
      peers: [...this.#blockedPeers],
      ips: [...this.#blockedIps],
      subnets: [...this.#blockedSubnets.keys()],
    }
  }

  /**
   * Bans a peer or an IP address for a time. The ban replaces an earlier ban of the same peer or address.
   *
   * @throws RangeError if the ban is for an IP address, and its name is not an IP address
   */
  ban(ban: Ban): void {
    const bans = this.#bans[ban.kind]
    const name = ban.kind === 'ip' ? checkedIp(ban.name) : ban.name
    bans.delete(name)
    bans.set(name, { ...ban, name })
    const [oldest] = bans.keys()
    if (bans.size > maxBans && oldest !== undefined) bans.delete(oldest)
  }

  /** Bans that are not over, to be kept for the next run. */
  get bans(): readonly Ban[] {
    const now = this.#clock.now()
    const { peer, ip } = this.#bans
    return [...peer.values(), ...ip.values()].filter(({ untilMs }) => untilMs > now)
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

  /**
   * The gate as a `ConnectionGater` of libp2p. A peer is checked again after its handshake, since it may have been
   * blocked or banned meanwhile.
   */
  toGater(): ConnectionGater {
    return {
      denyDialPeer: (peerId) => this.deniesPeer(peerId.toString()),
      denyDialMultiaddr: (address) => this.deniesIp(ipOf(address) ?? ''),
      denyInboundConnection: ({ remoteAddr }) => this.deniesIp(ipOf(remoteAddr) ?? ''),
      denyInboundEncryptedConnection: (peerId) => this.deniesPeer(peerId.toString()),
      denyInboundUpgradedConnection: (peerId) => this.deniesPeer(peerId.toString()),
      denyOutboundUpgradedConnection: (peerId) => this.deniesPeer(peerId.toString()),
    }
  }

  #isBanned(kind: Ban['kind'], name: string): boolean {
    const ban = this.#bans[kind].get(name)
    if (ban === undefined) return false
    if (ban.untilMs > this.#clock.now()) return true
    this.#unban(kind, name)
    return false
  }

  #unban(kind: Ban['kind'], name: string): boolean {
    const wasBanned = this.#bans[kind].delete(name)
    if (wasBanned) this.#onUnban(kind)
    return wasBanned
  }
}

/** Checks that an entry can be added. @throws RangeError if the entry would exceed the limit */
function checkRoom(
  blocked: { readonly size: number; has(name: string): boolean },
  name: string,
  what: string,
): void {
  if (blocked.size >= maxBlocked && !blocked.has(name))
    throw new RangeError(`${maxBlocked} ${what} are blocked, and no more can be blocked`)
}

function checkedIp(text: string): string {
  const ip = normalIp(text)
  if (ip === undefined) throw new RangeError(`${text} is not an IP address`)
  return ip
}
