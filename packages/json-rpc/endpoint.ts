import { type Dispatcher, errors, Pool } from 'undici'
import { systemClock } from '#runtime/clock.ts'
import { Fault, toError } from '#runtime/fault.ts'
import { AnswerReader, type HttpAnswer } from './answer-reader.ts'
import { type ErrorAnswer, meaningOf, pauseIn } from './provider-errors.ts'
import { parseRetryAfter } from './rpc-status.ts'
import { ServerUrl } from './server-url.ts'
import type { TlsContent } from './tls-files.ts'

/** A server. */
export interface EndpointOptions {
  readonly url: string
  /** Makes headers for each request, such as a token that is valid for a minute. */
  readonly headers?: () => Promise<Readonly<Record<string, string>>>
  /** Headers of each request that do not change, such as an API key. */
  readonly fixedHeaders?: Readonly<Record<string, string>>
  /** Maximum size of an answer. */
  readonly maxResponseBytes?: number
  /** How connections are opened; undefined: as by default in undici. */
  readonly connecting?: Connecting | undefined
}

/** How connections to a server are opened. */
interface Connecting {
  /** Timeout of one attempt to connect. */
  readonly timeoutMs: number
  /** Certificates for an https URL; undefined: those of Node.js. */
  readonly tls: TlsContent | undefined
}

/** The text of an answer with status 200. */
export interface EndpointAnswer {
  readonly text: string
  /** Pause that the server asks for in a header; undefined if it does not ask for a pause. */
  readonly retryAfterMs: number | undefined
}

/** Limits of one request. */
export interface Waiting {
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** Default limit on the size of an answer. The receipts of a full L1 block are smaller. */
export const defaultMaxResponseBytes = 128 * 1024 * 1024

/** Statuses after which a retry does not help, because the key, the path or the request is wrong. */
const finalStatuses: readonly number[] = [400, 401, 403, 404, 405, 413]

/** Redirects, which are followed with the same method and body. RFC 9110, 15.4 */
const redirectStatuses: readonly number[] = [301, 302, 307, 308]

/** Limit on the redirects that are followed. Only redirects within one server are followed. */
const maxRedirects = 3

/** Characters of an error page that are searched for a JSON-RPC error and for a pause before a retry. */
const maxErrorText = 1_024

/**
 * Number of characters of an error page that are cleaned of secrets before its beginning is quoted. More characters are
 * cleaned than are quoted, since a key that is cut at the end of the quote would not be found.
 */
const maxCleaned = 16_384

/** Characters that are quoted from an error page. */
const maxExcerpt = 300

/** Limit on the connections to one server. Further calls wait in a queue. */
const connections = 8

/** One HTTP server with a JSON API. */
export class Endpoint {
  /** The URL without path and query, which may hold a key. */
  readonly name: string
  readonly #url: ServerUrl
  readonly #pool: Pool
  readonly #options: EndpointOptions

  /** @throws TypeError if the URL is invalid */
  constructor(options: EndpointOptions) {
    this.#url = new ServerUrl(options.url, Object.values(options.fixedHeaders ?? {}))
    this.name = this.#url.name
    this.#options = options
    this.#pool = new Pool(this.name, { connections, ...poolOptions(options.connecting) })
  }

  /** A text without the secrets of the URL. */
  clean(text: string): string {
    return this.#url.clean(text)
  }

  /**
   * Sends a body and returns the answer.
   *
   * @throws Fault `rpc-unreachable`, `rpc-timeout`, `rpc-status` (with the HTTP status, whether it `isFinal`, and
   * `retryAfterMs` if the server sends it), `rpc-response` for an answer over the limit, `aborted`
   */
  async post(body: string, waiting: Waiting): Promise<EndpointAnswer> {
    const headers = { 'content-type': 'application/json', ...(await this.#headers()) }
    const path = `${this.#url.path}${this.#url.search}`
    return this.#request({ method: 'POST', path, headers, body }, waiting)
  }

  /**
   * Gets a path below the path of the URL, and returns the text of the answer.
   *
   * @param path starts with a slash, and may have a query, to which the query of the URL is added
   * @throws Fault as `post` does
   */
  async get(path: string, waiting: Waiting): Promise<string> {
    const below = `${this.#url.path.replace(/\/$/u, '')}${path}`
    const search = path.includes('?') ? this.#url.search.replace('?', '&') : this.#url.search
    const headers = { accept: 'application/json', ...(await this.#headers()) }
    const { text } = await this.#request(
      { method: 'GET', path: `${below}${search}`, headers },
      waiting,
    )
    return text
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }

  async #headers(): Promise<Readonly<Record<string, string>>> {
    const { fixedHeaders, headers } = this.#options
    return { ...this.#url.headers, ...fixedHeaders, ...(await headers?.()) }
  }

  /** Sends a request and follows redirects. The timeout includes all redirects. */
  async #request(
    request: Dispatcher.DispatchOptions,
    { timeoutMs, signal }: Waiting,
  ): Promise<EndpointAnswer> {
    let reader = this.#newReader()
    const giveUp = () => reader.abort(this.#newFault('aborted', {}))
    const stopTimer = systemClock.after(timeoutMs, () =>
      reader.abort(this.#newFault('rpc-timeout', { detail: `no answer in ${timeoutMs} ms` })),
    )
    signal?.addEventListener('abort', giveUp, { once: true })
    try {
      for (let { path } = request, redirects = 0; ; redirects++) {
        if (signal?.aborted === true) giveUp()
        else this.#pool.dispatch({ ...request, path }, reader)
        const answer = await reader.answer
        if (!redirectStatuses.includes(answer.status)) return this.#toAnswer(answer)
        path = this.#redirected(answer, { path, redirects })
        reader = this.#newReader()
      }
    } catch (error) {
      throw error instanceof Fault ? error : this.#fault(toError(error))
    } finally {
      stopTimer()
      signal?.removeEventListener('abort', giveUp)
    }
  }

  #newReader(): AnswerReader {
    const { maxResponseBytes = defaultMaxResponseBytes } = this.#options
    return new AnswerReader(maxResponseBytes, () =>
      this.#newFault('rpc-response', {
        detail: `the answer has more than ${maxResponseBytes} bytes`,
      }),
    )
  }

  #toAnswer(answer: HttpAnswer): EndpointAnswer {
    if (answer.status !== 200) throw this.#statusFault(answer)
    return { text: answer.text, retryAfterMs: retryAfterOf(answer) }
  }

  /** The path of a redirect within the server. @throws Fault `rpc-status` that names another target */
  #redirected(
    { status, headers }: HttpAnswer,
    { path, redirects }: { readonly path: string; readonly redirects: number },
  ): string {
    // A location without a leading slash is relative to the path of the request.
    const { location } = headers
    const base = `${this.name}${path}`
    const target =
      typeof location === 'string' && URL.canParse(location, base)
        ? new URL(location, base)
        : undefined
    if (target?.origin === this.name && redirects < maxRedirects)
      return `${target.pathname}${target.search}`
    const elsewhere = target === undefined ? 'without a location' : `to ${target.origin}`
    const what = target?.origin === this.name ? `more than ${maxRedirects} times` : elsewhere
    throw new Fault('rpc-status', {
      detail: `${this.name}: HTTP status ${status}: it redirects ${what}, which is not followed; give the URL of the target`,
      fields: { endpoint: this.name, status, isFinal: true },
    })
  }

  #statusFault(answer: HttpAnswer): Fault {
    const { status } = answer
    const text = answer.text.slice(0, maxErrorText)
    const error = errorIn(text)
    const { message = text, data } = error ?? {}
    const retryAfterMs = retryAfterOf(answer) ?? pauseIn({ message, data })
    const meaning = error === undefined ? 'other' : meaningOf(error)
    const isFinal = finalStatuses.includes(status)
    const fields = { status, isFinal, meaning, ...(retryAfterMs !== undefined && { retryAfterMs }) }
    const said = this.clean(answer.text.slice(0, maxCleaned))
      .slice(0, maxExcerpt)
      .replaceAll(/\s+/gu, ' ')
      .trim()
    const detail = `HTTP status ${status}${said === '' ? '' : `: ${said}`}`
    return new Fault('rpc-status', {
      detail: `${this.name}: ${detail}`,
      fields: { endpoint: this.name, ...fields },
    })
  }

  #fault(cause: Error): Fault {
    const code = cause instanceof errors.ConnectTimeoutError ? 'rpc-timeout' : 'rpc-unreachable'
    return this.#newFault(code, { detail: this.clean(cause.message), cause })
  }

  #newFault(
    code: 'aborted' | 'rpc-timeout' | 'rpc-unreachable' | 'rpc-response',
    { detail, cause, fields }: { detail?: string; cause?: unknown; fields?: object },
  ): Fault {
    return new Fault(code, {
      ...(detail !== undefined && { detail: `${this.name}: ${detail}` }),
      cause,
      fields: { endpoint: this.name, ...fields },
    })
  }
}

/**
 * Options of undici. TLS is version 1.3, as in the clients of the OP Stack. HTTP/2 is off, so that a request that times
 * out ends its connection: a connection on which no answers arrive is not used again.
 */
function poolOptions(connecting: Connecting | undefined): Pool.Options {
  if (connecting === undefined) return {}
  const { timeoutMs: timeout, tls } = connecting
  if (tls === undefined) return { allowH2: false, connect: { timeout } }
  return { allowH2: false, connect: { timeout, ...tls, minVersion: 'TLSv1.3' } }
}

function retryAfterOf({ headers }: HttpAnswer): number | undefined {
  return parseRetryAfter(headers['retry-after'], systemClock.now())
}

/** The JSON-RPC error in an error page; undefined if it has none. */
function errorIn(text: string): ErrorAnswer | undefined {
  try {
    const { error } = JSON.parse(text) as { readonly error?: Partial<ErrorAnswer> | null }
    const { code, message, data } = error ?? {}
    if (typeof code !== 'number' || typeof message !== 'string') return undefined
    return { code, message, data }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}
