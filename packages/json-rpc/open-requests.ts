import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Caller, clientOf, type Clients } from './clients.ts'

/** The requests that have begun and have not ended. */
export class OpenRequests {
  readonly #clients: Clients
  /** HTTP requests at a time, without WebSockets. */
  readonly #max: number
  readonly #callers = new WeakMap<IncomingMessage, Caller>()
  #count = 0

  constructor(clients: Clients, { maxHttpRequests }: { readonly maxHttpRequests: number }) {
    this.#clients = clients
    this.#max = maxHttpRequests
  }

  /** Whether there are too many HTTP requests. */
  get isFull(): boolean {
    return this.#count >= this.#max
  }

  /** The caller of an open request; undefined if it was not added. */
  callerOf(message: IncomingMessage): Caller | undefined {
    return this.#callers.get(message)
  }

  /**
   * Begins a request of a client.
   *
   * @returns the caller of the request; undefined if it did not begin, because there are too many requests
   */
  begin(message: IncomingMessage, response: ServerResponse): Caller | undefined {
    const client = clientOf(message.socket.remoteAddress)
    if (this.isFull || !this.#clients.requestBegan(client)) return undefined
    return this.add(message, { response, ws: false })
  }

  /** Counts a request that has begun, until it ends. @param ws whether it opens a WebSocket */
  add(
    message: IncomingMessage,
    { response, ws }: { readonly response: ServerResponse; readonly ws: boolean },
  ): Caller {
    const { socket } = message
    const client = clientOf(socket.remoteAddress)
    const caller = this.#clients.caller(client, () => !response.closed)
    this.#callers.set(message, caller)
    if (!ws) this.#count++
    // The event `close` also comes for aborted requests. Fastify's own hook is called only for answered requests.
    const ended = ws ? socket : response
    ended.once('close', () => {
      this.#clients.requestEnded(client)
      caller.end()
      if (ws) return
      this.#count--
      if (!response.writableFinished) this.#clients.refused(client, 'hung-up')
    })
    return caller
  }
}
