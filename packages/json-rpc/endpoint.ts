import { type Dispatcher, errors, Pool } from 'undici'
import { systemClock } from '#runtime/clock.ts'
import { Fault, toError } from '#runtime/fault.ts'
import { AnswerReader, type HttpAnswer } from './answer-reader.ts'
import { pauseIn } from './provider-errors.ts'
import { parseRetryAfter } from './rpc-status.ts'

/** A server. */
export interface EndpointOptions {
  readonly url: string
  /** Makes headers for each request, such as a token that is valid for a minute. */
  readonly headers?: () => Promise<Readonly<Record<string, string>>>
  /** Maximum size of an answer. */
  readonly maxResponseBytes?: number
}

/** The text of an answer with status 200. */
export interface EndpointAnswer {
  readonly text: string
  /** Pause that the server asks for in its header; undefined if it does not. */
  readonly retryAfterMs: number | undefined
}

/** Limits of one request. */
export interface Waiting {
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** More than the receipts of a full L1 block. */
export const defaultMaxResponseBytes = 128 * 1024 * 1024

/** Statuses that a retry does not change: the key, the path or the request is wrong. */
const finalStatuses: readonly number[] = [400, 401, 403, 404, 405, 413]

/** Characters that are quoted from an error page. */
const maxExcerpt = 300

/** Connections to one server; further calls queue. */
const connections = 8

/** One HTTP server with a JSON API. */
export class Endpoint {
  /** The URL without path and query, which may hold a key. */
  readonly name: string
  readonly #path: string
  readonly #search: string
  readonly #pool: Pool
  readonly #options: EndpointOptions

  /** @throws TypeError if the URL is invalid */
  constructor(options: EndpointOptions) {
    const { origin, pathname, search } = new URL(options.url)
    this.name = origin
    this.#path = pathname
    this.#search = search
    this.#options = options
    this.#pool = new Pool(origin, { connections })
  }

  /**
   * Sends a body and returns the answer.
   *
   * @throws Fault `rpc-unreachable`, `rpc-timeout`, `rpc-status` (with the HTTP status, whether it `isFinal`, and
   * `retryAfterMs` if the server sends it), `rpc-response` for an answer over the limit, `aborted`
   */
  async post(body: string, waiting: Waiting): Promise<EndpointAnswer> {
    const headers = { 'content-type': 'application/json', ...(await this.#options.headers?.()) }
    const path = `${this.#path}${this.#search}`
    return this.#request({ method: 'POST', path, headers, body }, waiting)
  }

  /**
   * Gets a path below that of the URL, and returns the text of the answer.
   *
   * @param path starts with a slash, and may have a query, to which that of the URL is added
   * @throws Fault as `post` does
   */
  async get(path: string, waiting: Waiting): Promise<string> {
    const below = `${this.#path.replace(/\/$/u, '')}${path}`
    const search = path.includes('?') ? this.#search.replace('?', '&') : this.#search
    const headers = { accept: 'application/json', ...(await this.#options.headers?.()) }
    const { text } = await this.#request(
      { method: 'GET', path: `${below}${search}`, headers },
      waiting,
    )
    return text
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }

  async #request(
    request: Dispatcher.DispatchOptions,
    { timeoutMs, signal }: Waiting,
  ): Promise<EndpointAnswer> {
    const { maxResponseBytes = defaultMaxResponseBytes } = this.#options
    const reader = new AnswerReader(maxResponseBytes, () =>
      this.#newFault('rpc-response', {
        detail: `the answer has more than ${maxResponseBytes} bytes`,
      }),
    )
    const giveUp = () => reader.abort(this.#newFault('aborted', {}))
    const stopTimer = systemClock.after(timeoutMs, () =>
      reader.abort(this.#newFault('rpc-timeout', { detail: `no answer in ${timeoutMs} ms` })),
    )
    signal?.addEventListener('abort', giveUp, { once: true })
    try {
      if (signal?.aborted === true) giveUp()
      else this.#pool.dispatch(request, reader)
      const answer = await reader.answer
      if (answer.status !== 200) throw this.#statusFault(answer)
      return { text: answer.text, retryAfterMs: retryAfterOf(answer) }
    } catch (error) {
      throw error instanceof Fault ? error : this.#fault(toError(error))
    } finally {
      stopTimer()
      signal?.removeEventListener('abort', giveUp)
    }
  }

  #statusFault(answer: HttpAnswer): Fault {
    const { status, text } = answer
    const retryAfterMs = retryAfterOf(answer) ?? pauseIn({ message: text, data: jsonIn(text) })
    const isFinal = finalStatuses.includes(status)
    const fields = { status, isFinal, ...(retryAfterMs !== undefined && { retryAfterMs }) }
    const said = text.slice(0, maxExcerpt).replaceAll(/\s+/gu, ' ').trim()
    const detail = `HTTP status ${status}${said === '' ? '' : `: ${said}`}`
    return new Fault('rpc-status', {
      detail: `${this.name}: ${detail}`,
      fields: { endpoint: this.name, ...fields },
    })
  }

  #fault(cause: Error): Fault {
    const code = cause instanceof errors.ConnectTimeoutError ? 'rpc-timeout' : 'rpc-unreachable'
    return this.#newFault(code, { detail: cause.message, cause })
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

function retryAfterOf({ headers }: HttpAnswer): number | undefined {
  return parseRetryAfter(headers['retry-after'], systemClock.now())
}

/** The data of a JSON-RPC error in an error page; undefined if it has none. */
function jsonIn(text: string): unknown {
  try {
    const { error } = JSON.parse(text) as { readonly error?: { readonly data?: unknown } | null }
    return error?.data
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}
