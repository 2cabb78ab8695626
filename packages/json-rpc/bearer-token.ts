import { createHash, timingSafeEqual } from 'node:crypto'

/**
 * Returns a function that checks an `Authorization` header against a token. The function returns undefined for the
 * right token, otherwise the flaw. The header is `Bearer TOKEN`, or Basic with the token as password. Clients that
 * accept only a URL, such as `http://atoll:TOKEN@127.0.0.1:9546`, send Basic. The hex digits of the token may be
 * capitals and begin with 0x, both in the header and in the file of the token.
 */
export function tokenCheck(token: string): (header: string | undefined) => string | undefined {
  const wanted = digest(token)
  return (header) => {
    const given = tokenIn(header)
    if (given === undefined) return 'missing token'
    // Digests have equal lengths. The duration of the comparison does not depend on the token.
    const digits = given.toLowerCase().replace(/^0x/u, '')
    return timingSafeEqual(digest(digits), wanted) ? undefined : 'wrong token'
  }
}

function tokenIn(header: string | undefined): string | undefined {
  const [, scheme = '', value = ''] = /^(Bearer|Basic) (\S+)$/iu.exec(header ?? '') ?? []
  if (value === '') return undefined
  if (scheme.toLowerCase() === 'bearer') return value
  const pair = Buffer.from(value, 'base64').toString('utf8')
  return pair.slice(pair.indexOf(':') + 1)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
