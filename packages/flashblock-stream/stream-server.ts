import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { brotliCompressSync, constants } from 'node:zlib'
import { type WebSocket, WebSocketServer } from 'ws'
import { flashblockToJson, type StreamFlashblock } from '#json-rpc/forms/flashblock-json.ts'
import type { Clock } from '#runtime/clock.ts'
import { toError } from '#runtime/fault.ts'
import { listenFault, type ListenerName } from '#runtime/listen-fault.ts'
import { type PublishedFlashblock, RecentFlashblocks } from './recent-flashblocks.ts'
import { type Retraction, retractionToJson } from './retraction.ts'
import { type FlashblocksRequest, parseStreamRequest } from './stream-request.ts'
import {
  closeCodes,
  StreamSubscriber,
  type SubscriberEnd,
  type SubscriberLimits,
} from './stream-subscriber.ts'

/** Limits for the clients of a stream. */
interface StreamLimits extends SubscriberLimits {
  /** Clients at a time. Further clients are closed with code 1013. */
  readonly maxClients: number
}

/** The usual limits. As with op-rbuilder, there are at most 256 clients. */
export const streamLimits: StreamLimits = {
  maxClients: 256,
  maxUnsentMessages: 64,
  maxUnsentBytes: 16 * 1024 * 1024,
}

/** Why a client was refused, or its connection ended by the server. */
export type StreamRefusal = SubscriberEnd | 'full' | 'bad-request'

/** Where flashblocks are served, and to how many clients. */
export interface StreamServerOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Names the server in the error if the address is taken. */
  readonly name?: ListenerName
  readonly clock: Clock
  /** Undefined: `streamLimits`. */
  readonly limits?: Partial<StreamLimits>
  /** Called for each client that is refused or disconnected. */
  readonly onRefused?: (why: StreamRefusal) => void
}

/** Connections in addition to those of clients: handshakes, and clients that are being refused. */
const spareConnections = 64

/** Bytes of a message of a client. Such messages have no meaning. */
const maxClientMessageBytes = 1_024

/** Timeouts for the request that opens a WebSocket, and how often they are checked. */
const requestTimes = {
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
}

/** Compression as in websocket-proxy. */
const brotli = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 22 },
}

interface Kept extends PublishedFlashblock {
  /** The compressed text, once a client has asked for it. */
  packed?: Buffer
}

type Encoding = FlashblocksRequest['encoding']

/** Starts a server of flashblocks. @throws Fault `rpc-port` if the address cannot be used */
export async function serveFlashblocks(options: StreamServerOptions): Promise<FlashblockServer> {
  const server = createServer(requestTimes)
  const { host, name = { what: 'flashblocks' }, port } = options
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(listenFault('rpc-port', toError(cause), { ...name, host, port })),
    )
    server.listen(port, host, resolve)
  })
  return new FlashblockServer(server, options)
}

/** A public stream of flashblocks. */
export class FlashblockServer {
  readonly #server: Server
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxClientMessageBytes,
    perMessageDeflate: false,
    autoPong: false,
    clientTracking: false,
  })
  readonly #options: StreamServerOptions
  readonly #limits: StreamLimits
  readonly #recent = new RecentFlashblocks<Kept>()
  readonly #clients = new Map<StreamSubscriber, Encoding | 'events'>()

  /** @param server listens already */
  constructor(server: Server, options: StreamServerOptions) {
    this.#server = server
    this.#options = options
    this.#limits = { ...streamLimits, ...options.limits }
    server.maxConnections = this.#limits.maxClients + spareConnections
    server.on('request', (_request, response) => {
      response.writeHead(426, { connection: 'close', 'content-type': 'text/plain' })
      response.end('Flashblocks are served over WebSocket: use a URL that begins with ws://\n')
    })
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket, head),
    )
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Number of clients. */
  get clients(): number {
    return this.#clients.size
  }

  /** Sends a flashblock to all clients. @param number number of its block */
  publish(flashblock: StreamFlashblock, number: bigint): void {
    const text = Buffer.from(JSON.stringify(flashblockToJson(flashblock)))
    const kept: Kept = { number, index: flashblock.index, text }
    this.#recent.add(kept)
    for (const [client, form] of this.#clients)
      if (form !== 'events') client.send(...encoded(kept, form))
  }

  /** Reports a broken promise to the clients of `/ws/events`. */
  retract(retraction: Retraction): void {
    const text = Buffer.from(JSON.stringify(retractionToJson(retraction)))
    for (const [client, form] of this.#clients)
      if (form === 'events') client.send(text, { isBinary: false })
  }

  /** Ends all connections, and the server. */
  async close(): Promise<void> {
    const clients = [...this.#clients.keys()]
    for (const client of clients) client.close(closeCodes.goingAway, 'the server stops')
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
    // A close frame is small and is written at once; a client that does not answer it is not waited for.
    setImmediate(() => {
      for (const client of clients) client.terminate()
      this.#server.closeAllConnections()
    })
    await closed
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const wanted = parseStreamRequest(request.url ?? '')
    if (wanted.kind === 'refused') {
      this.#options.onRefused?.('bad-request')
      refuse(socket, wanted)
      return
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      if (this.clients >= this.#limits.maxClients) this.#turnAway(client)
      else if (wanted.kind === 'events') this.#subscribe(client, 'events')
      else this.#replay(this.#subscribe(client, wanted.encoding), wanted)
    })
  }

  #subscribe(client: WebSocket, form: Encoding | 'events'): StreamSubscriber {
    const subscriber = new StreamSubscriber(client, {
      clock: this.#options.clock,
      limits: this.#limits,
      onCutOff: (why) => this.#options.onRefused?.(why),
      onEnd: () => void this.#clients.delete(subscriber),
    })
    this.#clients.set(subscriber, form)
    return subscriber
  }

  #replay(client: StreamSubscriber, { encoding, replay }: FlashblocksRequest): void {
    if (replay === 'none') return
    const missed = replay === 'current' ? this.#recent.current() : this.#recent.after(replay)
    for (const kept of missed) client.replay(...encoded(kept, encoding))
  }

  #turnAway(client: WebSocket): void {
    this.#options.onRefused?.('full')
    const none = () => undefined
    const { clock } = this.#options
    const options = { clock, limits: this.#limits, onCutOff: none, onEnd: none }
    const reason = 'subscriber limit reached, please try again later'
    new StreamSubscriber(client, options).close(closeCodes.tryAgainLater, reason)
  }
}

/** A flashblock as a client gets it. It is compressed once, for the first client that wants it so. */
function encoded(
  kept: Kept,
  encoding: Encoding,
): readonly [data: Buffer, form: { readonly isBinary: boolean }] {
  if (encoding === 'text') return [kept.text, { isBinary: false }]
  kept.packed ??= brotliCompressSync(kept.text, brotli)
  return [kept.packed, { isBinary: true }]
}

/** Answers a handshake with an HTTP error that says what to do. */
function refuse(
  socket: Duplex,
  { status, why }: { readonly status: 400 | 404; readonly why: string },
): void {
  const words = { 400: 'Bad Request', 404: 'Not Found' }[status]
  socket.on('error', () => socket.destroy())
  socket.end(
    `HTTP/1.1 ${status} ${words}\r\nconnection: close\r\ncontent-type: text/plain\r\n\r\n${why}\n`,
  )
}
