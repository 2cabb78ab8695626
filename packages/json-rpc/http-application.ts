import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type ConnectionError, fastify, type FastifyInstance } from 'fastify'
import { clientOf, type Clients, type Refusal } from './clients.ts'
import type { JsonRpcServerOptions } from './json-rpc-server.ts'
import type { Guarded } from './request-guards.ts'

/** Time for which an idle connection stays open. */
const keepAliveMs = 75_000

/** Timeouts for a request to arrive: for its headers, also on a new connection, and for the whole request. */
const requestTimeouts = { headersTimeout: 10_000, requestTimeout: 20_000 }

/** Period at which `requestTimeouts` are checked. */
const timeoutCheckMs = 1_000

/** Limit on unanswered requests of an HTTP connection. */
const maxPipelined = 8

/** Makes the HTTP application. @param servers receives its server; for `localhost`, one for IPv4 and one for IPv6 */
export function createApp(
  {
    limits,
    clients,
    onRefused,
    direct,
  }: Pick<Guarded, 'limits' | 'clients'> &
    Pick<JsonRpcServerOptions, 'onRefused'> & {
      readonly direct: (message: IncomingMessage, response: ServerResponse) => boolean
    },
  servers: Server[],
): FastifyInstance {
  const mayRun = pipelineLimit(clients)
  return fastify({
    exposeHeadRoutes: false,
    clientErrorHandler: (error, socket) => {
      const { status, why } = connectionRefusal(error)
      if (hangUps.includes(error.code) || socket.destroyed) {
        socket.destroy()
        return
      }
      clients.refused(clientOf(socket.remoteAddress), why)
      if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`)
      socket.destroySoon()
    },
    serverFactory: (handler) => {
      const times = { keepAliveTimeout: keepAliveMs, connectionsCheckingInterval: timeoutCheckMs }
      const server = createServer({ ...requestTimeouts, ...times }, (request, response) => {
        if (mayRun(request, response) && !direct(request, response)) handler(request, response)
      })
      server.maxConnections = limits.maxConnections
      serveAdmitted(server, clients)
      server.on('drop', () => onRefused?.('full'))
      servers.push(server)
      return server
    },
  })
}

/**
 * Passes only connections that `clients` admits to the HTTP parser. The setup of a parser costs more than a refusal.
 */
function serveAdmitted(server: Server, clients: Clients): void {
  const listeners = server.listeners('connection')
  server.removeAllListeners('connection')
  server.on('connection', (socket) => {
    if (!clients.connected(socket)) return
    for (const listener of listeners) Reflect.apply(listener, server, [socket])
  })
}

/**
 * Returns a check that closes a connection with too many unanswered requests. HTTP clients do not pipeline. The parser
 * passes on all requests of a 64 KiB chunk together, so closing the connection costs less than answering each request.
 */
function pipelineLimit(clients: Clients) {
  const open = new WeakMap<Socket, number>()
  return ({ socket }: IncomingMessage, response: ServerResponse): boolean => {
    if (socket.destroyed) return false
    const requests = (open.get(socket) ?? 0) + 1
    if (requests > maxPipelined) {
      clients.refused(clientOf(socket.remoteAddress), 'too-many-pipelined')
      socket.destroy()
      return false
    }
    open.set(socket, requests)
    response.once('close', () => open.set(socket, (open.get(socket) ?? 1) - 1))
    return true
  }
}

/** Errors of a client that hangs up, also within a request. */
const hangUps = ['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE']

/** Why a connection is refused if its bytes are not a request, or arrive too late. */
function connectionRefusal({ code }: ConnectionError): { status: string; why: Refusal } {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: '408 Request Timeout', why: 'too-slow' }
    case 'HPE_HEADER_OVERFLOW':
      return { status: '431 Request Header Fields Too Large', why: 'too-large' }
    default:
      return { status: '400 Bad Request', why: 'not-http' }
  }
}
