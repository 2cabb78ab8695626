/** Pages of which origins may use a server, such as `https://example.org`; `*` for those of any. */
export type AllowedOrigins = readonly string[] | '*'

/** What a browser may keep of a preflight's answer, in seconds. */
const preflightAgeSeconds = 600

/** Whether a request may come from a page. One without origin comes from no browser. */
export function isAllowedOrigin(allowed: AllowedOrigins, origin: string | undefined): boolean {
  return origin === undefined || allowed === '*' || allowed.includes(origin)
}

/** The headers that let a page read an answer. */
export function corsHeaders(
  allowed: AllowedOrigins,
  origin: string | undefined,
): Readonly<Record<string, string>> {
  if (allowed === '*') return { 'access-control-allow-origin': '*' }
  // A cache must not give one origin's answer to another.
  const vary = { vary: 'Origin' }
  if (origin === undefined || !allowed.includes(origin)) return vary
  return { 'access-control-allow-origin': origin, ...vary }
}

/** The headers that a browser wants to see before it sends a request for a page: JSON, and a token. */
export const preflightHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'content-type, authorization',
  'access-control-max-age': String(preflightAgeSeconds),
}
