import { isIP } from 'node:net'

/** Host names under which a server may be called; `*`: any. */
export type AllowedHosts = readonly string[] | '*'

/**
 * Whether a request may have this Host header. This check prevents DNS rebinding: a page points its own host name at
 * the address of the server, so that calls to the server have the same origin as the page. IP addresses are always
 * allowed. geth has the same check, with the flag `--http.vhosts`.
 */
export function isAllowedHost(allowed: AllowedHosts, header: string | undefined): boolean {
  if (header === undefined || header === '' || allowed === '*') return true
  const host = header.replace(/:\d*$/, '').toLowerCase()
  return isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0 || allowed.includes(host)
}
