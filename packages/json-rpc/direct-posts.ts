import type { IncomingMessage, ServerResponse } from 'node:http'
import { isAllowedHost } from './allowed-hosts.ts'
import type { Caller } from './clients.ts'
import type { JsonRpcDispatch } from './json-rpc-dispatch.ts'
import type { JsonRpcServerOptions } from './json-rpc-server.ts'
import { BodyError, type Guarded, readBody } from './request-guards.ts'
import { noSubscriptions } from './subscriptions.ts'

/** Headers of an answer, except the headers that describe its body. */
type Headers = Readonly<Record<string, string>>

/** What is needed to answer requests. */
export interface DirectPostsOptions extends Guarded {
  readonly dispatch: JsonRpcDispatch
  readonly contentTypes: readonly string[]
  /** Whether the server stops. */
  readonly isStopping: () => boolean
  /** Called when an answer is sent, to limit the time in which the client reads it. */
  readonly onAnswer: (response: ServerResponse) => void
  /** Answers a request whose body is refused. */
  readonly onBodyError: (
    error: BodyError,
    message: IncomingMessage,
  ) => { status: number; text: string }
}

/**
 * Answers the usual POST without fastify, whose routing, hooks and replies take two fifths of the time of a small call.
 * Fastify answers every other request: a request from a browser, with a token, with another path or type, without a
 * length, or over a limit.
 *
 * @returns a function that answers a request, or returns false if fastify must answer it
 */
export function directPosts(
  options: DirectPostsOptions,
): (message: IncomingMessage, response: ServerResponse) => boolean {
  const { contentTypes, isStopping, limits, open, options: server } = options
  const { allowedHosts = ['localhost'], authorize, cors, jwtSecret } = server
  if (authorize !== undefined || jwtSecret !== undefined) return () => false
  const isUsual = ({ method, url, headers }: IncomingMessage) =>
    method === 'POST' &&
    url === '/' &&
    contentTypes.includes(headers['content-type'] ?? '') &&
    Number(headers['content-length'] ?? Infinity) <= limits.maxRequestBytes &&
    headers.origin === undefined &&
    headers['transfer-encoding'] === undefined &&
    headers.upgrade === undefined &&
    (allowedHosts === '*' || isAllowedHost(allowedHosts, headers.host))
  const headers = corsHeaders(cors)
  return (message, response) => {
    if (!isUsual(message) || isStopping()) return false
    const caller = open.begin(message, response)
    if (caller === undefined) return false
    void answerPost(message, response, { ...options, caller, headers })
    return true
  }
}

async function answerPost(
  message: IncomingMessage,
  response: ServerResponse,
  {
    caller,
    dispatch,
    headers,
    limits,
    onAnswer,
    onBodyError,
    options,
  }: DirectPostsOptions & { readonly caller: Caller; readonly headers: Headers },
): Promise<void> {
  const isGone = () => response.closed || message.socket.destroyed
  try {
    const text = await readBody(message, { maxBytes: limits.maxRequestBytes, caller })
    const answer = await dispatch.answer(text, { ...noSubscriptions, caller })
    if (isGone()) return
    onAnswer(response)
    if (answer === undefined) response.writeHead(204, headers).end()
    else end(response, { status: 200, type: json, text: answer, headers })
  } catch (error) {
    if (isGone()) return
    if (error instanceof BodyError) {
      // The rest of the body is not read.
      const closing = { ...headers, connection: 'close' }
      end(response, { ...onBodyError(error, message), type: json, headers: closing })
      return
    }
    options.log?.error({ error }, 'JSON-RPC server failed')
    end(response, { status: 500, type: 'text/plain', text: 'internal error', headers })
  }
}

const json = 'application/json; charset=utf-8'

function end(
  response: ServerResponse,
  {
    status,
    type,
    text,
    headers,
  }: {
    readonly status: number
    readonly type: string
    readonly text: string
    readonly headers: Headers
  },
): void {
  const length = Buffer.byteLength(text)
  response
    .writeHead(status, { ...headers, 'content-type': type, 'content-length': length })
    .end(text)
}

/** The headers with which fastify's plugin answers a request without an origin. */
function corsHeaders(cors: JsonRpcServerOptions['cors']): Headers {
  if (cors === undefined) return {}
  const isAny = cors === '*' || cors.includes('*')
  return isAny ? { 'access-control-allow-origin': '*' } : { vary: 'Origin' }
}
