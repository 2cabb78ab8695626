/** Shortest part of a path or query that may be a key. */
const shortestKey = 8

/** Replaces a secret in a text. */
const mask = '…'

/** The URL of a server: where to connect, and what of it must not be shown. */
export class ServerUrl {
  /** Protocol, host and port: the name of the server for messages. */
  readonly name: string
  /** With its leading slash. */
  readonly path: string
  /** With its question mark; empty without a query. */
  readonly search: string
  /** Header `authorization` for the user and password in the URL, if it has them. RFC 7617 */
  readonly headers: Readonly<Record<string, string>>
  /** The longest first, so that a part is not replaced before the whole. */
  readonly #secrets: readonly string[]

  /** @param keys further secrets, such as values of headers @throws TypeError if the URL is invalid */
  constructor(text: string, keys: readonly string[] = []) {
    const url = new URL(text)
    const { protocol, host, pathname, search, searchParams } = url
    this.name = `${protocol}//${host}`
    this.path = pathname
    this.search = search
    const user = decodeURIComponent(url.username)
    const password = decodeURIComponent(url.password)
    const credentials = Buffer.from(`${user}:${password}`).toString('base64')
    const hasCredentials = user !== '' || password !== ''
    this.headers = hasCredentials ? { authorization: `Basic ${credentials}` } : {}
    const parts = [...pathname.split('/'), ...searchParams.values()]
    const long = parts.filter((part) => part.length >= shortestKey)
    const wholes = [pathname, search].filter((part) => part.length >= shortestKey)
    const all = [...keys, ...wholes, ...long, ...long.map((part) => decodeURIComponent(part))]
    if (hasCredentials) all.push(credentials, user, password, url.username, url.password)
    this.#secrets = [...new Set(all)]
      .filter((part) => part !== '')
      .toSorted((a, b) => b.length - a.length)
  }

  /** The URL without credentials. */
  get href(): string {
    return `${this.name}${this.path}${this.search}`
  }

  /** A text without the path, query and credentials of the URL, such as an error page that repeats them. */
  clean(text: string): string {
    return this.#secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, mask), text)
  }
}
