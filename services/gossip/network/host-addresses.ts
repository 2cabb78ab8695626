import { isIPv6 } from 'node:net'
import type { HostSettings } from '#libp2p/open-host.ts'

/** Settings of addresses. */
interface AddressSettings {
  readonly p2pListenIp: string
  readonly p2pListenTcp: number
  readonly p2pAdvertiseIp?: string | undefined
  readonly p2pAdvertiseTcp?: number | undefined
}

/** The multiaddrs on which a host listens, and those that peers are given. */
export function hostAddresses(settings: AddressSettings): Pick<HostSettings, 'listen' | 'announce'> {
  const { p2pListenIp: ip, p2pListenTcp: tcp, p2pAdvertiseIp, p2pAdvertiseTcp = tcp } = settings
  return {
    listen: [tcpAddress(ip, tcp)],
    announce: p2pAdvertiseIp === undefined ? [] : [tcpAddress(p2pAdvertiseIp, p2pAdvertiseTcp)],
  }
}

/** Such as `/ip4/192.0.2.1/tcp/9222`. */
function tcpAddress(ip: string, port: number): string {
  return `/${isIPv6(ip) ? 'ip6' : 'ip4'}/${ip}/tcp/${port}`
}
