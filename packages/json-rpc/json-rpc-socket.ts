import type { Socket } from 'node:net'
import type { WebSocket } from '@fastify/websocket'
import type { Logger } from 'pino'
import type { Clock } from '#runtime/clock.ts'
import { toError } from '#runtime/fault.ts'
import type { Clients, Refusal } from './clients.ts'
import type { CallContext, JsonRpcDispatch } from './json-rpc-dispatch.ts'
import { Subscriptions } from './subscriptions.ts'

/** Limits of one WebSocket. */
export interface SocketLimits {
  /** Bytes that the client has not read yet. A client with more unread bytes is disconnected. */
  readonly maxBufferedBytes: number
  /** Limit on concurrent requests. The socket is paused while there are more requests. */
  readonly maxRequestsPerSocket: number
  readonly maxSubscriptions: number
  /** Pings and pongs in `controlPeriodMs`. A client that sends more is disconnected. */
  readonly maxControlFrames: number
}

/** Period in which pings and pongs are counted. */
const controlPeriodMs = 10_000

/** Time for a client to read why its WebSocket is closed. */
const closeGraceMs = 500

/** Close codes of RFC 6455, 7.4.1, and of its registry: a violated policy, and a load that is too high. */
const [policyViolation, tryAgainLater] = [1008, 1013]

/** How a WebSocket is served. */
export interface SocketOptions {
  readonly dispatch: JsonRpcDispatch
  readonly limits: SocketLimits
  /** See `SubscriptionsOptions`. */
  readonly notificationMethod: string
  readonly log?: Pick<Logger, 'error' | 'warn'> | undefined
  readonly clients: Clients
  /** Names the client. */
  readonly client: string
  /** The TCP connection of the WebSocket. */
  readonly connection: Socket
  readonly clock: Clock
}

type Caller = ReturnType<Clients['caller']>

/** Answers requests of a WebSocket as soon as each is done, not necessarily in their order. */
export function serveSocket(socket: WebSocket, options: SocketOptions): void {
  const { client, clients, dispatch, limits, notificationMethod, log } = options
  const isOpen = () => socket.readyState === socket.OPEN
  const subscriptions = new Subscriptions({
    notificationMethod,
    maxSubscriptions: limits.maxSubscriptions,
    send: (text) => sendOrCutOff(socket, text, options),
    onRefused: () => clients.refused(client, 'too-many-subscriptions'),
    log,
  })

  async function answer(text: string, caller: Caller): Promise<void> {
    const made: string[] = []
    const answered = await dispatch.answer(text, contextOf({ caller, subscriptions, made }))
    if (answered === undefined) caller.end()
    else sendOrCutOff(socket, answered, { ...options, onSent: () => caller.end() })
    subscriptions.start(made)
  }

  // Messages that arrived before the pause of the socket took effect. They wait because too many requests run.
  const waiting: { readonly text: string; readonly caller: Caller }[] = []
  let running = 0

  function runWaiting(): void {
    if (cutOffs.has(socket)) return
    while (running < limits.maxRequestsPerSocket) {
      const message = waiting.shift()
      if (message === undefined) break
      running++
      run(message.text, message.caller)
    }
    if (waiting.length > 0) socket.pause()
    else socket.resume()
  }

  function run(text: string, caller: Caller): void {
    answer(text, caller)
      .catch((error: unknown) => {
        caller.end()
        // No answer or notification will follow: the connection ends, so that the client notices.
        log?.error({ error: toError(error) }, 'JSON-RPC request failed')
        socket.terminate()
      })
      .finally(() => {
        running--
        runWaiting()
      })
  }

  holdUnfinished(socket, options)
  socket.on('message', (data: Buffer) => {
    if (cutOffs.has(socket)) return
    const caller = clients.caller(client, isOpen)
    if (caller.hold(data.length)) {
      waiting.push({ text: data.toString('utf8'), caller })
      runWaiting()
    } else cutOff(socket, { ...options, why: 'too-many-bytes', code: tryAgainLater })
  })
  socket.on('close', () => {
    for (const { caller } of waiting) caller.end()
    waiting.length = 0
    subscriptions.endAll()
  })
  socket.on('error', (error: Error & { readonly code?: string }) => {
    const isLarge = error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
    cutOff(socket, { ...options, why: isLarge ? 'too-large' : 'bad-frame' })
  })
  answerPings(socket, options)
}

/** The context of methods that are called on a WebSocket. @param made receives the ids of new subscriptions */
function contextOf({
  caller,
  subscriptions,
  made,
}: {
  readonly caller: Caller
  readonly subscriptions: Subscriptions
  readonly made: string[]
}): CallContext {
  return {
    caller,
    subscribe: (start, options) => {
      const id = subscriptions.make(start, options)
      made.push(id)
      return id
    },
    unsubscribe: (id) => subscriptions.end(id),
  }
}

/**
 * Counts the received part of an unfinished message as memory of its client until the message ends. For each socket,
 * the library keeps an unfinished message up to the size limit, and has no timeout for it.
 */
function holdUnfinished(socket: WebSocket, options: SocketOptions): void {
  const { client, clients, connection } = options
  let held = 0
  const release = (bytes: number) => {
    const released = Math.min(bytes, held)
    held -= released
    clients.release(client, released)
  }
  // The bytes are counted before the library reads them, since they may end the message.
  connection.prependListener('data', (chunk: Buffer) => {
    if (cutOffs.has(socket)) return
    if (clients.hold(client, chunk.length)) held += chunk.length
    else cutOff(socket, { ...options, why: 'too-many-bytes', code: tryAgainLater })
  })
  for (const event of ['message', 'close']) socket.on(event, () => release(held))
  for (const event of ['ping', 'pong'])
    socket.on(event, (data: Buffer) => release(data.length + controlFrameBytes))
}

/** Size of a control frame that a client sends, not counting its data: two bytes, and four bytes of mask. */
const controlFrameBytes = 6

/** Sockets that are being disconnected: what still arrives on them is ignored. */
const cutOffs = new WeakSet<WebSocket>()

/** Disconnects a client. Sends a close code, unless the library has already sent one. */
function cutOff(
  socket: WebSocket,
  {
    client,
    clients,
    clock,
    code,
    why,
  }: Pick<SocketOptions, 'client' | 'clients' | 'clock'> & {
    readonly why: Refusal
    readonly code?: number
  },
): void {
  if (cutOffs.has(socket)) return
  cutOffs.add(socket)
  clients.refused(client, why)
  if (code !== undefined) socket.close(code, why.replaceAll('-', ' '))
  // Nothing more is read from the client. After an error, the library resumes the socket in the same turn of the event
  // loop, so the socket is paused in the next turn.
  setImmediate(() => socket.pause())
  // Without this timeout, the client could continue to send: the library waits half a minute for its close frame.
  clock.after(closeGraceMs, () => socket.terminate())
}

/** Answers pings, up to a limit: a client that does not read would fill the memory with pongs. */
function answerPings(socket: WebSocket, options: SocketOptions): void {
  const { clock, limits } = options
  let frames = 0
  let sinceMs = Number.NEGATIVE_INFINITY
  const isTooMany = () => {
    const nowMs = clock.monotonicMs()
    if (nowMs >= sinceMs + controlPeriodMs) [sinceMs, frames] = [nowMs, 0]
    if (++frames === limits.maxControlFrames + 1)
      cutOff(socket, { ...options, why: 'too-many-pings', code: policyViolation })
    return frames > limits.maxControlFrames
  }
  socket.on('ping', (data: Buffer) => {
    if (!isTooMany() && socket.readyState === socket.OPEN) socket.pong(data)
  })
  socket.on('pong', isTooMany)
}

function sendOrCutOff(
  socket: WebSocket,
  text: string,
  {
    client,
    clients,
    limits,
    log,
    onSent,
  }: Pick<SocketOptions, 'client' | 'clients' | 'limits' | 'log'> & {
    readonly onSent?: () => void
  },
): void {
  const { bufferedAmount } = socket
  if (socket.readyState === socket.OPEN && bufferedAmount <= limits.maxBufferedBytes) {
    socket.send(text, () => onSent?.())
    return
  }
  onSent?.()
  if (socket.readyState !== socket.OPEN) return
  log?.warn({ bufferedBytes: bufferedAmount }, 'JSON-RPC client does not read and is disconnected')
  clients.refused(client, 'not-read')
  socket.terminate()
}
