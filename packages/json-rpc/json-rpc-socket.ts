import type { WebSocket } from '@fastify/websocket'
import type { Logger } from 'pino'
import { toError } from '#runtime/fault.ts'
import type { CallContext, JsonRpcDispatch } from './json-rpc-dispatch.ts'
import { Subscriptions } from './subscriptions.ts'

/** Limits of one WebSocket. */
export interface SocketLimits {
  /** Bytes that the client has not read yet; with more it is disconnected. */
  readonly maxBufferedBytes: number
  /** Concurrent requests; the socket is paused while there are more. */
  readonly maxRequestsPerSocket: number
  readonly maxSubscriptions: number
}

/** How a WebSocket is served. */
export interface SocketOptions {
  readonly dispatch: JsonRpcDispatch
  readonly limits: SocketLimits
  /** See `SubscriptionsOptions`. */
  readonly notificationMethod: string
  readonly log?: Pick<Logger, 'error' | 'warn'> | undefined
}

/** Answers requests of a WebSocket as soon as each is done, not necessarily in their order. */
export function serveSocket(socket: WebSocket, options: SocketOptions): void {
  const { dispatch, limits, notificationMethod, log } = options
  const send = (text: string) => sendOrCutOff(socket, text, options)
  const { maxSubscriptions } = limits
  const subscriptions = new Subscriptions({ notificationMethod, maxSubscriptions, send, log })

  async function answer(text: string): Promise<void> {
    const made: string[] = []
    const context: CallContext = {
      subscribe: (start, options) => {
        const id = subscriptions.make(start, options)
        made.push(id)
        return id
      },
      unsubscribe: (id) => subscriptions.end(id),
    }
    const answered = await dispatch.answer(text, context)
    if (answered !== undefined) send(answered)
    subscriptions.start(made)
  }

  // Messages that arrived before the pause took effect.
  const waiting: Buffer[] = []
  let running = 0

  function runWaiting(): void {
    while (running < limits.maxRequestsPerSocket) {
      const data = waiting.shift()
      if (data === undefined) break
      running++
      run(data.toString('utf8'))
    }
    if (waiting.length > 0) socket.pause()
    else socket.resume()
  }

  function run(text: string): void {
    answer(text)
      .catch((error: unknown) => {
        // No answer or notification will follow: the connection ends, so that the client notices.
        log?.error({ error: toError(error) }, 'JSON-RPC request failed')
        socket.terminate()
      })
      .finally(() => {
        running--
        runWaiting()
      })
  }

  socket.on('message', (data: Buffer) => {
    waiting.push(data)
    runWaiting()
  })
  socket.on('close', () => {
    waiting.length = 0
    subscriptions.endAll()
  })
}

function sendOrCutOff(
  socket: WebSocket,
  text: string,
  { limits, log }: Pick<SocketOptions, 'limits' | 'log'>,
): void {
  if (socket.readyState !== socket.OPEN) return
  const { bufferedAmount } = socket
  if (bufferedAmount <= limits.maxBufferedBytes) {
    socket.send(text)
    return
  }
  log?.warn({ bufferedBytes: bufferedAmount }, 'JSON-RPC client does not read and is disconnected')
  socket.terminate()
}
