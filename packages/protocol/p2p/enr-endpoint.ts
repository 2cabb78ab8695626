import type { RlpItem } from '#protocol/codec/rlp.ts'
import { opStackKey } from './opstack-entry.ts'
import type { NodeRecord } from './enr.ts'

/** Where a node can be reached over one version of IP. Without a port, the node does not listen for that protocol. */
export interface NodeEndpoint {
  /** In the notation of the IP version: `127.0.0.1`, or eight groups of hex. */
  readonly ip: string
  /** Port of libp2p. */
  readonly tcp: number | undefined
  /** Port of discv5. */
  readonly udp: number | undefined
}

/** The endpoint over IPv4; undefined if the record has no valid one. Spec: EIP-778 */
export function ipv4Endpoint({ entries }: NodeRecord): NodeEndpoint | undefined {
  const ip = entries.get('ip')
  if (!(ip instanceof Uint8Array) || ip.length !== 4) return undefined
  return { ip: ip.join('.'), tcp: port(entries.get('tcp')), udp: port(entries.get('udp')) }
}

/**
 * The endpoint over IPv6; undefined if the record has no valid one. If a port has no entry for IPv6, the port of IPv4
 * applies.
 */
export function ipv6Endpoint({ entries }: NodeRecord): NodeEndpoint | undefined {
  const ip = entries.get('ip6')
  if (!(ip instanceof Uint8Array) || ip.length !== 16) return undefined
  const view = new DataView(ip.buffer, ip.byteOffset, ip.length)
  const groups = Array.from({ length: 8 }, (_, at) => view.getUint16(2 * at).toString(16))
  return {
    ip: groups.join(':'),
    tcp: port(entries.get('tcp6') ?? entries.get('tcp')),
    udp: port(entries.get('udp6') ?? entries.get('udp')),
  }
}

/** The bytes of the entry `opstack`, for `isOfChain`. */
export function opStackBytes({ entries }: NodeRecord): Uint8Array | undefined {
  const entry = entries.get(opStackKey)
  return entry instanceof Uint8Array ? entry : undefined
}

/** The value of an entry for a port: big-endian without leading zeros. */
export function portBytes(port: number): Uint8Array {
  return port < 256 ? Uint8Array.of(port) : Uint8Array.of(port >>> 8, port)
}

function port(value: RlpItem | undefined): number | undefined {
  if (!(value instanceof Uint8Array) || value.length === 0 || value.length > 2) return undefined
  const [high = 0, low] = value
  if (high === 0) return undefined
  return low === undefined ? high : high * 256 + low
}
