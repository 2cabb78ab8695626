/** Shortest part of a path or query that may be a key. */
const shortestKey = 8

/** Shortest password that is masked. A shorter password could be part of ordinary words. */
const shortestPassword = 4

/** Replaces a secret in a text. */
const mask = '…'

/**
 * A token of the Engine API or of a provider. RFC 7519: three parts in base64url, of which the first begins with `{"`.
 */
const webToken = /\beyJ[\w-]*\.[\w-]+\.[\w-]*/gu

/** Protocol, host and port of a URL: its parts that hold no key. @throws TypeError if the URL is invalid */
export function originOf(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}

/** The URL of a server: where to connect, and which parts of the URL must not be shown. */
export class ServerUrl {
  /** Protocol, host and port: the name of the server for messages. */
  readonly name: string
  /** The path, with its leading slash. */
  readonly path: string
  /** The query, with its question mark; empty without a query. */
  readonly search: string
  /** Header `authorization` for the user and password in the URL, if it has them. RFC 7617 */
  readonly headers: Readonly<Record<string, string>>
  /** The longest secret comes first, so that it is replaced before a shorter secret that is part of it. */
  readonly #secrets: readonly string[]

  /** @param keys further secrets, such as values of headers @throws TypeError if the URL is invalid */
  constructor(text: string, keys: readonly string[] = []) {
    const { pathname, search, username, password } = new URL(text)
    this.name = originOf(text)
    this.path = pathname
    this.search = search
    const credentials = `${decoded(username)}:${decoded(password)}`
    const hasCredentials = username !== '' || password !== ''
    const basic = Buffer.from(credentials).toString('base64')
    this.headers = hasCredentials ? { authorization: `Basic ${basic}` } : {}
    const parts = [pathname, ...pathname.split('/'), search, ...search.split(/[?&=]/u)]
    const ofHeaders = keys.flatMap((key) => [key, ...key.split(/[\s=,:]+/u)])
    const long = [...parts, ...ofHeaders, username, credentials, basic]
    const secrets = [
      ...long.filter((part) => part.length >= shortestKey),
      ...[password].filter((part) => part.length >= shortestPassword),
    ]
    this.#secrets = [...new Set([...secrets, ...secrets.map(decoded)])].toSorted(
      (a, b) => b.length - a.length,
    )
  }

  /** The URL without credentials. */
  get href(): string {
    return `${this.name}${this.path}${this.search}`
  }

  /** A text, such as an error page, without the path, query and credentials of the URL, and without tokens. */
  clean(text: string): string {
    const visible = text.replaceAll(/\p{Cc}+/gu, ' ').replaceAll(webToken, mask)
    return this.#secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, mask), visible)
  }
}

/** Decodes a part of a URL. A malformed part stays as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (error) {
    if (error instanceof URIError) return part
    throw error
  }
}
