import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from './clients.ts'
import type { JsonRpcDispatch } from './json-rpc-dispatch.ts'
import { BodyError, type Guarded, type Guards, readBody } from './request-guards.ts'
import { noSubscriptions } from './subscriptions.ts'

/** What is needed to answer requests. */
export interface DirectPostsOptions extends Guarded, Pick<Guards, 'begin'> {
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
 * Answers the usual POST without fastify, whose routing, hooks and replies take two thirds of the time of a small call.
 * Every other request is left to fastify: those of browsers, with a token, with another path or type, without a length,
 * and those that are over a limit.
 *
 * @returns a function that answers a request, or returns false if fastify must
 */
export function directPosts(
  options: DirectPostsOptions,
): (message: IncomingMessage, response: ServerResponse) => boolean {
  const { begin, contentTypes, isStopping, limits, options: server } = options
  const { allowedHosts, authorize, jwtSecret } = server
  if (allowedHosts !== '*' || authorize !== undefined || jwtSecret !== undefined) return () => false
  const isUsual = ({ method, url, headers }: IncomingMessage) =>
    method === 'POST' &&
    url === '/' &&
    contentTypes.includes(headers['content-type'] ?? '') &&
    Number(headers['content-length'] ?? Infinity) <= limits.maxRequestBytes &&
    headers.origin === undefined &&
    headers['transfer-encoding'] === undefined &&
    headers.upgrade === undefined
  return (message, response) => {
    if (!isUsual(message) || isStopping()) return false
    const caller = begin(message, response)
    if (caller === undefined) return false
    void answerPost(message, response, { ...options, caller })
    return true
  }
}

async function answerPost(
  message: IncomingMessage,
  response: ServerResponse,
  {
    caller,
    dispatch,
    limits,
    onAnswer,
    onBodyError,
    options,
  }: DirectPostsOptions & { readonly caller: Caller },
): Promise<void> {
  try {
    const text = await readBody(message, { maxBytes: limits.maxRequestBytes, caller })
    const answer = await dispatch.answer(text, { ...noSubscriptions, caller })
    if (response.closed) return
    onAnswer(response)
    if (answer === undefined) response.writeHead(204).end()
    else end(response, 200, answer)
  } catch (error) {
    // The client hung up before its request was complete.
    if (response.closed || response.destroyed) return
    if (error instanceof BodyError) {
      const { status, text } = onBodyError(error, message)
      end(response, status, text)
      return
    }
    options.log?.error({ error }, 'JSON-RPC server failed')
    response.destroy()
  }
}

function end(response: ServerResponse, status: number, json: string): void {
  const length = Buffer.byteLength(json)
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': length,
    })
    .end(json)
}
