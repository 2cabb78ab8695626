import { isIP } from 'node:net'

/** Host names under which a server may be called; `*`: any. */
export type AllowedHosts = readonly string[] | '*'

/**
 * Whether a request may have this Host header. It prevents DNS rebinding: a page can point its own name at the address of the
 * server, and call it as same origin. IP addresses are always allowed. As geth's `--http.vhosts`.
 */
export function isAllowedHost(allowed: AllowedHosts, header: string | undefined): boolean {
  if (header === undefined || header === '' || allowed === '*') return true
  const host = header.replace(/:\d*$/, '').toLowerCase()
  return isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0 || allowed.includes(host)
}
