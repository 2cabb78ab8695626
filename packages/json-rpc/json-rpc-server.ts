import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fastifyCors } from '@fastify/cors'
import { fastifyWebsocket } from '@fastify/websocket'
import { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { type Clock, every } from '#runtime/clock.ts'
import { toError } from '#runtime/fault.ts'
import { listenFault, type ListenerName } from '#runtime/listen-fault.ts'
import type { AllowedHosts } from './allowed-hosts.ts'
import { banMs, type ClientLimits, clientOf, Clients, type Refusal } from './clients.ts'
import { encodeError, errorCodes, JsonRpcError } from './json-rpc-answer.ts'
import {
  type DispatchLimits,
  JsonRpcDispatch,
  type Methods,
  type OnCall,
  type PassOn,
} from './json-rpc-dispatch.ts'
import { serveSocket, type SocketLimits } from './json-rpc-socket.ts'
import { jwtSecretBytes } from './jwt.ts'
import { OpenRequests } from './open-requests.ts'
import { createApp } from './http-application.ts'
import { directPosts } from './direct-posts.ts'
import { addGuards, addHostGuard, BodyError, type Guarded, readBody } from './request-guards.ts'
import { noSubscriptions } from './subscriptions.ts'

/** Origins of pages that may use a server, such as `https://example.org`; `*`: any. */
export type AllowedOrigins = readonly string[] | '*'

/** Limits for clients of a server. */
export interface ServerLimits extends DispatchLimits, SocketLimits, ClientLimits {
  /** Bytes of an HTTP body. */
  readonly maxRequestBytes: number
  /** Bytes of a WebSocket message. */
  readonly maxMessageBytes: number
  /** TCP connections, including WebSockets. Further connections are closed immediately. */
  readonly maxConnections: number
  /** WebSockets. Further WebSockets get HTTP status 503. */
  readonly maxSockets: number
  /** HTTP requests that are not answered yet. Further requests get status 503. */
  readonly maxHttpRequests: number
}

/** Methods, address and access rules of a server. */
export interface JsonRpcServerOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Names the server in the error if the address is taken. */
  readonly name?: ListenerName
  readonly methods: Methods
  readonly passOn?: PassOn | undefined
  readonly clock: Clock
  /** Secret; as with the Engine API, clients must prove with a JWT that they have it; undefined: no authentication. */
  readonly jwtSecret?: Uint8Array
  /** Another check of the header `Authorization`. Returns the flaw of the header, or undefined if it is valid. */
  readonly authorize?: ((header: string | undefined) => string | undefined) | undefined
  /** Further paths that answer GET with JSON, such as `/healthz`. */
  readonly pages?: Readonly<Record<string, () => Page>>
  /** Origins of web pages that may call; undefined: none. */
  readonly cors?: AllowedOrigins
  /** Allowed host names besides IP addresses; by default `localhost`, and any name if there is a `jwtSecret`. */
  readonly allowedHosts?: AllowedHosts
  /** Override `defaultLimits`. */
  readonly limits?: Partial<ServerLimits>
  /** Method of notifications; by default `eth_subscription`. */
  readonly notificationMethod?: string
  readonly onCall?: OnCall
  /** Called for each refusal of a connection, a request or a message, besides the errors of calls. */
  readonly onRefused?: ((why: Refusal) => void) | undefined
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
  /** Stops within a second. Requests in progress get half a second to end. */
  close(): Promise<void>
}

/**
 * Default limits. The sizes of bodies and batches, and the time of a batch, are those of op-geth's public API. The
 * Engine API of op-geth allows bodies of 128 MiB.
 */
const defaultLimits: ServerLimits = {
  maxRequestBytes: 5 * 1024 * 1024,
  maxMessageBytes: 5 * 1024 * 1024,
  maxBatchCalls: 1_000,
  maxBatchAnswerLength: 25_000_000,
  maxBatchMs: 30_000,
  maxDepth: 64,
  maxValues: 1_000_000,
  maxConnections: 1_000,
  maxSockets: 500,
  maxHttpRequests: 500,
  maxRequestsPerClient: 500,
  maxRequestsPerSocket: 32,
  maxSubscriptions: 100,
  maxBufferedBytes: 8 * 1024 * 1024,
  maxControlFrames: 1_000,
  maxConnectionsPerClient: 1_000,
  maxBytesPerClient: 512 * 1024 * 1024,
  maxBytes: 512 * 1024 * 1024,
  // By default there is no limit, since the clients are few and known. A public server sets a limit.
  maxRefusalsPerClient: Number.POSITIVE_INFINITY,
}

/** Time for a client to read an answer. */
export const answerTimeoutMs = 20_000

/** Period of WebSocket pings. A client that does not answer before the next ping is disconnected. */
export const pingPeriodMs = 30_000

/** Time for requests in progress when the server stops. */
const closeGraceMs = 500

/** WebSocket close code of a server that stops. RFC 6455, 7.4.1 */
const goingAway = 1001

/** Time for which a browser may cache the answer to a preflight. */
const preflightAgeSeconds = 600

/**
 * Accepted types, as in op-geth. Types that browsers send without a preflight are refused, because any page could call
 * the server with them.
 */
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
  const { log, methods, onCall, onRefused, passOn } = options
  const clients = new Clients({ limits, clock, onRefused, log })
  const guarded = { options, limits, clients, open: new OpenRequests(clients, limits) }
  const dispatch = new JsonRpcDispatch({ methods, passOn, clock, limits, onCall, log })
  let isStopping = false
  const direct = directPosts({
    ...guarded,
    dispatch,
    contentTypes,
    isStopping: () => isStopping,
    onAnswer: (response) => limitReading(response, guarded),
    onBodyError: (error, { socket }) => bodyRefusal(error, clientOf(socket.remoteAddress), guarded),
  })
  const app = createApp({ limits, clients, onRefused, direct }, servers)
  app.addHook('preClose', (done) => {
    isStopping = true
    for (const socket of app.websocketServer.clients) socket.close(goingAway, 'the server stops')
    done()
  })
  await app.register(fastifyWebsocket, {
    options: { maxPayload: limits.maxMessageBytes, autoPong: false },
    // There is nothing to do here: the library closes a WebSocket that violates the protocol, with the matching code.
    errorHandler: () => undefined,
  })
  addHostGuard(app, guarded)
  // CORS is added before the other guards, so that a page can read why its request is refused.
  await app.register(fastifyCors, {
    origin: typeof cors === 'object' ? [...cors] : cors,
    methods: 'GET, POST',
    allowedHeaders: 'content-type, authorization',
    maxAge: preflightAgeSeconds,
    strictPreflight: false,
  })
  addGuards(app, guarded)
  addRoutes(app, guarded, dispatch)
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const name = options.name ?? { what: 'JSON-RPC' }
    throw listenFault('rpc-port', toError(cause), { ...name, host, port })
  }
  const stopPings = closeDeadSockets(app, clock)
  const stopTending = every(clock, banMs, () => clients.tend())
  const { port: bound } = app.server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    sockets: () => app.websocketServer.clients.size,
    close: async () => {
      stopPings()
      stopTending()
      await closeApp(app, servers, clock)
    },
  }
}

function addRoutes(app: FastifyInstance, guarded: Guarded, dispatch: JsonRpcDispatch): void {
  const { options, limits, clients, open } = guarded
  const { clock, log, notificationMethod = 'eth_subscription' } = options
  const maxBytes = limits.maxRequestBytes
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(contentTypes, (_request: FastifyRequest, body: IncomingMessage) =>
    readBody(body, { maxBytes, caller: open.callerOf(body) }),
  )
  app.post('/', async ({ body, raw }, reply) => {
    const text = typeof body === 'string' ? body : ''
    const answer = await dispatch.answer(text, { ...noSubscriptions, caller: open.callerOf(raw) })
    if (!reply.raw.closed) limitReading(reply.raw, guarded)
    if (answer === undefined) return reply.code(204).send()
    return reply.type('application/json').send(answer)
  })
  app.route({
    method: 'GET',
    url: '/',
    handler: (_request, reply) =>
      reply.type('text/plain').send('JSON-RPC 2.0: POST a request, or open a WebSocket\n'),
    wsHandler: (socket, { ip, socket: connection }) => {
      const shared = { dispatch, limits, notificationMethod, log, clients, clock }
      serveSocket(socket, { ...shared, client: clientOf(ip), connection })
    },
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
  app.setErrorHandler((error: FastifyError | BodyError, { ip }, reply) => {
    if (error instanceof BodyError) {
      const { status, text } = bodyRefusal(error, clientOf(ip), guarded)
      return reply.code(status).type('application/json').send(text)
    }
    const { statusCode: status = 500, message, code } = error
    // The client hung up before its request was complete.
    if (code === 'ECONNRESET') return reply.code(400).send()
    if (status < 500) return reply.code(status).type('text/plain').send(message)
    log?.error({ error }, 'JSON-RPC server failed')
    return reply.code(500).type('text/plain').send('internal error')
  })
}

/** Stops the application. Requests in progress get `closeGraceMs` to end. */
async function closeApp(
  app: FastifyInstance,
  servers: readonly Server[],
  clock: Clock,
): Promise<void> {
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
}

/** Limits the time in which a client reads an answer. */
function limitReading(
  response: ServerResponse,
  { options, clients }: Pick<Guarded, 'options' | 'clients'>,
): void {
  // Uses the socket of the request: a pipelined response has no socket until all earlier responses are sent.
  const { socket } = response.req
  const cancel = options.clock.after(answerTimeoutMs, () => {
    clients.refused(clientOf(socket.remoteAddress), 'not-read')
    socket.destroy()
  })
  response.once('close', cancel)
}

/** Counts a request whose body is refused. Returns the answer. */
function bodyRefusal(
  error: BodyError,
  client: string,
  { clients, limits }: Pick<Guarded, 'clients' | 'limits'>,
): { readonly status: number; readonly text: string } {
  clients.refused(client, error.why)
  const status = error.why === 'too-large' ? 413 : 429
  return { status, text: encodeError(null, bodyError(error, limits)) }
}

function bodyError({ why }: BodyError, { maxRequestBytes }: ServerLimits): JsonRpcError {
  return why === 'too-large'
    ? new JsonRpcError(
        errorCodes.invalidRequest,
        `request too large: ${maxRequestBytes} bytes at most`,
      )
    : new JsonRpcError(errorCodes.limitExceeded, 'too many bytes of this address at once')
}

/** Disconnects clients that no longer answer pings. Otherwise each such client would occupy a connection for hours. */
function closeDeadSockets(app: FastifyInstance, clock: Clock): () => void {
  const asked = new WeakSet<object>()
  app.websocketServer.on('connection', (socket) => {
    socket.on('pong', () => asked.delete(socket))
  })
  return every(clock, pingPeriodMs, () => {
    for (const socket of app.websocketServer.clients) {
      // The server does not read from a paused socket, so it does not see the pong.
      if (asked.has(socket) && !socket.isPaused) socket.terminate()
      asked.add(socket)
      socket.ping()
    }
  })
}
