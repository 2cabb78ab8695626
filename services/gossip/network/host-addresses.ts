import { lookup } from 'node:dns/promises'
import { isIP, isIPv6 } from 'node:net'
import type { HostSettings } from '#libp2p/open-host.ts'

/** Settings of addresses. */
interface AddressSettings {
  readonly p2pListenIp: string
  readonly p2pListenTcp: number
  readonly p2pAdvertiseIp?: string | undefined
  readonly p2pAdvertiseTcp?: number | undefined
}

/** The multiaddrs on which a host listens, and those that it announces to peers. */
export function hostAddresses(
  settings: AddressSettings,
): Pick<HostSettings, 'listen' | 'announce'> {
  const { p2pListenIp: ip, p2pListenTcp: tcp, p2pAdvertiseIp, p2pAdvertiseTcp } = settings
  return {
    listen: [tcpAddress(ip, tcp)],
    announce:
      p2pAdvertiseIp === undefined
        ? []
        : [tcpAddress(p2pAdvertiseIp, shownPort(p2pAdvertiseTcp, tcp))],
  }
}

/**
 * The port that is announced to peers. If `advertised` is 0, it is the port on which the host listens, as in op-node.
 */
export function shownPort(advertised: number | undefined, listened: number): number {
  return advertised === undefined || advertised === 0 ? listened : advertised
}

/**
 * If the address that is announced to peers is a name, resolves it to the first of its IPv4 addresses, as in op-node.
 *
 * @throws Error if the name has no IPv4 address
 */
export async function withAdvertisedIp<Given extends AddressSettings>(
  settings: Given,
): Promise<Given> {
  const { p2pAdvertiseIp: name } = settings
  if (name === undefined || isIP(name) !== 0) return settings
  try {
    const { address } = await lookup(name, { family: 4 })
    return { ...settings, p2pAdvertiseIp: address }
  } catch (cause) {
    throw new Error(`--p2p-advertise-ip is ${name}, which cannot be resolved`, { cause })
  }
}

/** A multiaddr, such as `/ip4/192.0.2.1/tcp/9222`. */
function tcpAddress(ip: string, port: number): string {
  return `/${isIPv6(ip) ? 'ip6' : 'ip4'}/${ip}/tcp/${port}`
}
