import { BlockList, isIP, isIPv6 } from 'node:net'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'

/** An IPv4 address within IPv6, in the notation of URLs: the IPv4 address is two groups of hex digits. */
const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/u

/**
 * An IP address in the notation for comparisons: an IPv4 address within IPv6 becomes IPv4. Undefined if the text is not
 * an address.
 */
export function normalIp(text: string): string | undefined {
  const [address = ''] = text.split('%')
  const family = isIP(address)
  if (family === 0) return undefined
  if (family === 4) return address
  const normal = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [, high, low] = mapped.exec(normal) ?? []
  if (high === undefined || low === undefined) return normal
  const bytes = [high, low].flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
  return bytes.join('.')
}

/**
 * The IP address of a multiaddr, in the notation of {@link normalIp}; undefined if the multiaddr has no IP address, but
 * for example a DNS name.
 */
export function ipOf(address: Multiaddr): string | undefined {
  const found = address.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')
  return found?.value === undefined ? undefined : normalIp(found.value)
}

/** A subnet in a unique form, such as `10.0.0.0/8` for `10.1.2.3/8`; undefined if the text is not a subnet. */
export function normalSubnet(text: string): string | undefined {
  const [address = '', bits = ''] = text.split('/')
  if (parseSubnet(text) === undefined) return undefined
  const masked = ipBytes(address).map((byte, at) => byte & (0xff00 >> prefixIn(Number(bits), at)))
  const first = isIPv6(address)
    ? Array.from({ length: 8 }, (_, at) =>
        (((masked[2 * at] ?? 0) << 8) | (masked[2 * at + 1] ?? 0)).toString(16),
      ).join(':')
    : masked.join('.')
  return `${normalIp(first) ?? first}/${Number(bits)}`
}

/** Number of bits of a prefix in one byte of an address. */
function prefixIn(bits: number, at: number): number {
  return Math.min(8, Math.max(0, bits - 8 * at))
}

/** The addresses of a subnet in CIDR notation, such as `10.0.0.0/8`; undefined if the text is not a subnet. */
export function parseSubnet(text: string): BlockList | undefined {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/u.exec(text) ?? []
  const family = isIP(address)
  const prefix = Number(bits)
  if (family === 0 || prefix > (family === 4 ? 32 : 128)) return undefined
  const list = new BlockList()
  list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6')
  return list
}

/** An IP address as bytes. */
export function ipBytes(ip: string): Uint8Array {
  const address = multiaddr(`/${isIPv6(ip) ? 'ip6' : 'ip4'}/${ip}`)
  // The first byte is the code of the protocol.
  return address.bytes.subarray(1)
}
