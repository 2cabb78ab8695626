import { isIP } from 'node:net'

/** By which names a server may be called; `*` for any. */
export type AllowedHosts = readonly string[] | '*'

/**
 * Whether a request may name that host: a page can give its own name any address, and then call what is there as its
 * own. With an address for a name there is nothing to give. As geth's `--http.vhosts`.
 */
export function isAllowedHost(allowed: AllowedHosts, header: string | undefined): boolean {
  if (header === undefined || header === '' || allowed === '*') return true
  const host = header.replace(/:\d*$/, '').toLowerCase()
  return isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0 || allowed.includes(host)
}
