import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fastifyCors } from '@fastify/cors'
import { fastifyWebsocket } from '@fastify/websocket'
import {
  fastify,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { Logger } from 'pino'
import { type Clock, every } from '#runtime/clock.ts'
import { toError } from '#runtime/fault.ts'
import { listenFault, type ListenerName } from '#runtime/listen-fault.ts'
import { type AllowedHosts, isAllowedHost } from './allowed-hosts.ts'
import { encodeError, errorCodes, JsonRpcError } from './json-rpc-answer.ts'
import {
  type DispatchLimits,
  JsonRpcDispatch,
  type Methods,
  type OnCall,
} from './json-rpc-dispatch.ts'
import { serveSocket, type SocketLimits } from './json-rpc-socket.ts'
import { authorizationCheck, jwtSecretBytes } from './jwt.ts'
import { noSubscriptions } from './subscriptions.ts'

/** Origins of pages that may use a server, such as `https://example.org`; `*`: any. */
export type AllowedOrigins = readonly string[] | '*'

/** Limits for clients of a server. */
interface ServerLimits extends DispatchLimits, SocketLimits {
  /** Bytes of an HTTP body or WebSocket message. */
  readonly maxRequestBytes: number
  /** TCP connections, including WebSockets; further ones are closed at once. */
  readonly maxConnections: number
  /** WebSockets; further ones get HTTP status 503. */
  readonly maxSockets: number
  /** HTTP requests that are not answered yet; further ones get status 503. */
  readonly maxHttpRequests: number
  /** HTTP requests that are not answered yet, and WebSockets, of one IP address; further ones get status 429. */
  readonly maxRequestsPerClient: number
}

/** Methods, address and access rules of a server. */
export interface JsonRpcServerOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Names the server in the error if the address is taken. */
  readonly name?: ListenerName
  readonly methods: Methods
  readonly clock: Clock
  /** Secret that clients must prove, as with the Engine API; undefined: no authentication. */
  readonly jwtSecret?: Uint8Array
  /** Checks the header `Authorization` in another way: returns what is wrong with it; undefined: nothing. */
  readonly authorize?: ((header: string | undefined) => string | undefined) | undefined
  /** Further paths that answer GET with JSON, such as `/healthz`. */
  readonly pages?: Readonly<Record<string, () => Page>>
  /** Pages that may call; undefined: none. */
  readonly cors?: AllowedOrigins
  /** Allowed host names besides IP addresses; by default `localhost`, and any name if there is a `jwtSecret`. */
  readonly allowedHosts?: AllowedHosts
  /** Override `defaultLimits`. */
  readonly limits?: Partial<ServerLimits>
  /** Method of notifications; by default `eth_subscription`. */
  readonly notificationMethod?: string
  readonly onCall?: OnCall
  readonly log?: Pick<Logger, 'error' | 'warn'>
}

/** The answer to a request for a page. */
interface Page {
  readonly status: number
  readonly json: unknown
}

/** A running server. */
export interface JsonRpcServer {
  /** HTTP URL; for WebSockets replace `http` by `ws`. */
  readonly url: string
  /** Number of open WebSockets. */
  sockets(): number
  /** Stops within a second; requests in progress get half a second. */
  close(): Promise<void>
}

/** Sizes of bodies and batches are those of op-geth's public API; its Engine API allows bodies of 128 MiB. */
const defaultLimits: ServerLimits = {
  maxRequestBytes: 5 * 1024 * 1024,
  maxBatchCalls: 1_000,
  maxBatchAnswerLength: 25_000_000,
  maxDepth: 64,
  maxConnections: 1_000,
  maxSockets: 500,
  maxHttpRequests: 500,
  maxRequestsPerClient: 500,
  maxRequestsPerSocket: 32,
  maxSubscriptions: 100,
  maxBufferedBytes: 8 * 1024 * 1024,
}

/** Time for a request to arrive completely. */
const requestTimeoutMs = 60_000

/** Time for which an idle connection stays open. */
const keepAliveMs = 75_000

/** Period of WebSocket pings; a client that does not answer before the next is disconnected. */
export const pingPeriodMs = 30_000

/** Time for requests in progress when the server stops. */
const closeGraceMs = 500

/** WebSocket close code of a server that stops. RFC 6455, 7.4.1 */
const goingAway = 1001

/** Time for which a browser may cache the answer to a preflight. */
const preflightAgeSeconds = 600

/** As op-geth: types that browsers send without a preflight would let any page call. */
const contentTypes = ['application/json', 'application/json-rpc', 'application/jsonrequest']

/**
 * Serves JSON-RPC 2.0 by HTTP POST and by WebSocket, on one port, at the path `/`.
 *
 * @throws Fault `rpc-port` if the address cannot be bound
 * @throws RangeError if the secret does not have 32 bytes
 */
export async function serveJsonRpc(options: JsonRpcServerOptions): Promise<JsonRpcServer> {
  const { host, port, clock, jwtSecret, cors = false } = options
  if (jwtSecret !== undefined && jwtSecret.length !== jwtSecretBytes)
    throw new RangeError(`a JWT secret has ${jwtSecretBytes} bytes, not ${jwtSecret.length}`)
  const limits = { ...defaultLimits, ...options.limits }
  const servers: Server[] = []
  const app = createApp(limits, servers)
  app.addHook('preClose', (done) => {
    for (const socket of app.websocketServer.clients) socket.close(goingAway, 'the server stops')
    done()
  })
  await app.register(fastifyWebsocket, {
    options: { maxPayload: limits.maxRequestBytes },
    // A WebSocket that violates the protocol is closed with the matching code.
    errorHandler: () => undefined,
  })
  addHostGuard(app, options)
  // Before the other guards, so that a page can read why it is refused.
  await app.register(fastifyCors, {
    origin: typeof cors === 'object' ? [...cors] : cors,
    methods: 'GET, POST',
    allowedHeaders: 'content-type, authorization',
    maxAge: preflightAgeSeconds,
    strictPreflight: false,
  })
  addGuards(app, options, limits)
  addRoutes(app, options, limits)
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const name = options.name ?? { what: 'JSON-RPC' }
    throw listenFault('rpc-port', toError(cause), { ...name, host, port })
  }
  const stopPings = closeDeadSockets(app, clock)
  const { port: bound } = app.server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    sockets: () => app.websocketServer.clients.size,
    close: async () => {
      stopPings()
      const { clients } = app.websocketServer
      const ended = [...clients].map(
        (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
      )
      const cancel = clock.after(closeGraceMs, () => {
        for (const socket of clients) socket.terminate()
        for (const server of servers) server.closeAllConnections()
      })
      await Promise.all([app.close(), ...ended])
      cancel()
    },
  }
}

/** For `localhost` there are two servers, for IPv4 and IPv6. */
function createApp(limits: ServerLimits, servers: Server[]): FastifyInstance {
  const { maxRequestBytes, maxConnections } = limits
  return fastify({
    bodyLimit: maxRequestBytes,
    exposeHeadRoutes: false,
    serverFactory: (handler) => {
      const timeouts = { requestTimeout: requestTimeoutMs, keepAliveTimeout: keepAliveMs }
      const server = createServer(timeouts, handler)
      server.maxConnections = maxConnections
      servers.push(server)
      return server
    },
  })
}

interface Refusal {
  readonly status: number
  readonly text: string
}

function refuse(reply: FastifyReply, { status, text }: Refusal): FastifyReply {
  return reply.code(status).type('text/plain').send(text)
}

/** Refuses pages that use DNS rebinding, including their preflights. */
function addHostGuard(app: FastifyInstance, options: JsonRpcServerOptions): void {
  const { jwtSecret, allowedHosts = jwtSecret === undefined ? ['localhost'] : '*' } = options
  if (allowedHosts === '*') return
  app.addHook('onRequest', ({ headers }, reply, done) => {
    if (isAllowedHost(allowedHosts, headers.host)) done()
    else refuse(reply, { status: 403, text: 'invalid host specified' })
  })
}

/** Checks access before a body is read or a WebSocket opened. */
function addGuards(
  app: FastifyInstance,
  { authorize, cors = [], jwtSecret, clock }: JsonRpcServerOptions,
  { maxSockets, maxHttpRequests, maxRequestsPerClient }: ServerLimits,
): void {
  let requests = 0
  const ofClients = new Map<string, number>()
  const check = authorize ?? (jwtSecret && authorizationCheck({ secret: jwtSecret, clock }))

  function refusal({ headers, ip, ws }: FastifyRequest): Refusal | undefined {
    // Browsers let pages open WebSockets to any origin. Requests without an origin are not from a browser.
    const { origin } = headers
    if (origin !== undefined && cors !== '*' && !cors.includes(origin))
      return { status: 403, text: 'origin not allowed' }
    if (ws && app.websocketServer.clients.size >= maxSockets)
      return { status: 503, text: 'too many WebSockets' }
    if (!ws && requests >= maxHttpRequests)
      return { status: 503, text: 'too many requests at once' }
    const isFull = (ofClients.get(ip) ?? 0) >= maxRequestsPerClient
    return isFull ? { status: 429, text: 'too many requests of this address at once' } : undefined
  }

  /** Adds to the requests and WebSockets of a client. */
  function count(ip: string, change: 1 | -1): void {
    const open = (ofClients.get(ip) ?? 0) + change
    if (open > 0) ofClients.set(ip, open)
    else ofClients.delete(ip)
  }

  if (check !== undefined)
    app.addHook('onRequest', async ({ headers, method }, reply) => {
      const problem = method === 'OPTIONS' ? undefined : await check(headers.authorization)
      return problem === undefined ? undefined : refuse(reply, { status: 401, text: problem })
    })
  // In one turn, so that no other request is counted between the check and the count.
  app.addHook('onRequest', (request, reply, done) => {
    const refused = request.method === 'OPTIONS' ? undefined : refusal(request)
    if (refused !== undefined) {
      refuse(reply, refused)
      return
    }
    if (request.method !== 'OPTIONS') note(request, reply)
    done()
  })

  /** Counts a request until it ends. The connection may have closed while a token was checked. */
  function note({ ip, socket, ws }: FastifyRequest, { raw }: FastifyReply): void {
    if (socket.destroyed || (!ws && raw.closed)) return
    count(ip, 1)
    if (!ws) requests++
    // Counts aborted requests as well; Fastify's own hook covers answered ones only.
    const ended = ws ? socket : raw
    ended.once('close', () => {
      count(ip, -1)
      if (!ws) requests--
    })
  }
}

function addRoutes(
  app: FastifyInstance,
  options: JsonRpcServerOptions,
  limits: ServerLimits,
): void {
  const { methods, clock, onCall, log, notificationMethod = 'eth_subscription' } = options
  const dispatch = new JsonRpcDispatch({ methods, clock, limits, onCall, log })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(contentTypes, { parseAs: 'string' }, (_request, body, done) => {
    done(null, body)
  })
  app.post('/', async (request, reply) => {
    const text = typeof request.body === 'string' ? request.body : ''
    const answer = await dispatch.answer(text, noSubscriptions)
    if (answer === undefined) return reply.code(204).send()
    return reply.type('application/json').send(answer)
  })
  app.route({
    method: 'GET',
    url: '/',
    handler: (_request, reply) =>
      reply.type('text/plain').send('JSON-RPC 2.0: POST a request, or open a WebSocket\n'),
    wsHandler: (socket) => serveSocket(socket, { dispatch, limits, notificationMethod, log }),
  })
  for (const [path, page] of Object.entries(options.pages ?? {}))
    app.get(path, (_request, reply) => {
      const { status, json } = page()
      return reply.code(status).send(json)
    })
  app.options('/', (_request, reply) => reply.code(204).send())
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('text/plain').send('JSON-RPC is at /\n'),
  )
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const { statusCode: status = 500, message } = error
    if (status === 413) {
      const text = `request too large: ${limits.maxRequestBytes} bytes at most`
      const refusal = new JsonRpcError(errorCodes.invalidRequest, text)
      return reply.code(413).type('application/json').send(encodeError(null, refusal))
    }
    if (status < 500) return reply.code(status).type('text/plain').send(message)
    log?.error({ error }, 'JSON-RPC server failed')
    return reply.code(500).type('text/plain').send('internal error')
  })
}

/** Disconnects clients that vanished; otherwise each would occupy a connection for hours. */
function closeDeadSockets(app: FastifyInstance, clock: Clock): () => void {
  const asked = new WeakSet<object>()
  app.websocketServer.on('connection', (socket) => {
    socket.on('pong', () => asked.delete(socket))
  })
  return every(clock, pingPeriodMs, () => {
    for (const socket of app.websocketServer.clients) {
      // The pong of a paused socket is not read.
      if (asked.has(socket) && !socket.isPaused) socket.terminate()
      asked.add(socket)
      socket.ping()
    }
  })
}
