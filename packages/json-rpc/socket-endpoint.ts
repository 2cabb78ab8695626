import { Agent, WebSocket } from 'undici'
import { Fault } from '#runtime/fault.ts'
import { ServerUrl } from './server-url.ts'
import {
  defaultMaxResponseBytes,
  type EndpointAnswer,
  type EndpointOptions,
  type Waiting,
} from './endpoint.ts'

/** Limit on the sockets to one server. Further calls wait in a queue. */
export const maxSockets = 8

/**
 * A JSON-RPC server over WebSockets. Each WebSocket has one request at a time, so the next message on it is the answer
 * to that request.
 */
export class SocketEndpoint {
  /** The URL without path and query, which may hold a key. */
  readonly name: string
  readonly #url: ServerUrl
  readonly #options: EndpointOptions
  readonly #maxBytes: number
  /** Limits the size of messages. */
  readonly #agent: Agent
  readonly #idle: WebSocket[] = []
  /** Calls that wait for a socket, in order. Aborted calls are removed. */
  readonly #waiting = new Set<() => void>()
  readonly #all = new Set<WebSocket>()
  #busy = 0

  /** @throws TypeError if the URL is invalid */
  constructor(options: EndpointOptions) {
    this.#url = new ServerUrl(options.url, Object.values(options.fixedHeaders ?? {}))
    this.name = this.#url.name
    this.#options = options
    this.#maxBytes = options.maxResponseBytes ?? defaultMaxResponseBytes
    this.#agent = new Agent({ webSocket: { maxPayloadSize: this.#maxBytes } })
  }

  /** Sends a body and returns the answer. @throws Fault as `Endpoint` does */
  async post(body: string, { timeoutMs, signal }: Waiting): Promise<EndpointAnswer> {
    const timeout = AbortSignal.timeout(timeoutMs)
    const ended = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
    await this.#turn(ended, { isLate: () => timeout.aborted })
    let socket: WebSocket | undefined
    try {
      const ready = this.#idle.pop() ?? (await this.#open())
      socket = ready
      const text = await exchange(ready, body, { ended, maxBytes: this.#maxBytes })
      if (ready.readyState === WebSocket.OPEN) this.#idle.push(ready)
      return { text, retryAfterMs: undefined }
    } catch (error) {
      // A late answer would be mistaken for the answer to the next request.
      socket?.close()
      throw this.#fault(error, { isAborted: signal?.aborted === true, isLate: timeout.aborted })
    } finally {
      this.#busy--
      this.#wakeNext()
    }
  }

  /** A text without the secrets of the URL. */
  clean(text: string): string {
    return this.#url.clean(text)
  }

  async close(): Promise<void> {
    for (const socket of this.#all) socket.close()
    await this.#agent.destroy()
  }

  async #turn(ended: AbortSignal, { isLate }: { readonly isLate: () => boolean }): Promise<void> {
    while (this.#busy >= maxSockets) {
      if (ended.aborted)
        throw this.#fault(new Error('too many calls at once'), {
          isAborted: !isLate(),
          isLate: isLate(),
        })
      await new Promise<void>((resolve) => {
        const giveUp = () => {
          this.#waiting.delete(wake)
          resolve()
        }
        const wake = () => {
          ended.removeEventListener('abort', giveUp)
          resolve()
        }
        this.#waiting.add(wake)
        ended.addEventListener('abort', giveUp, { once: true })
      })
    }
    this.#busy++
  }

  #wakeNext(): void {
    const [wake] = this.#waiting
    if (wake === undefined) return
    this.#waiting.delete(wake)
    wake()
  }

  async #open(): Promise<WebSocket> {
    const { fixedHeaders, headers } = this.#options
    const socket = new WebSocket(this.#url.href, {
      dispatcher: this.#agent,
      headers: { ...this.#url.headers, ...fixedHeaders, ...(await headers?.()) },
    })
    this.#all.add(socket)
    const forget = () => {
      this.#all.delete(socket)
      const at = this.#idle.indexOf(socket)
      if (at >= 0) this.#idle.splice(at, 1)
    }
    socket.addEventListener('close', forget)
    socket.addEventListener('error', forget)
    return socket
  }

  #fault(
    cause: unknown,
    { isAborted, isLate }: { readonly isAborted: boolean; readonly isLate: boolean },
  ): Fault {
    const code = isAborted ? 'aborted' : isLate ? 'rpc-timeout' : 'rpc-unreachable'
    const reason = cause instanceof Error ? this.clean(cause.message) : 'closed'
    const why = isLate ? 'no answer in time' : reason
    return new Fault(code, {
      detail: `${this.name}: ${why}`,
      cause,
      fields: { endpoint: this.name },
    })
  }
}

/** Sends a message when the socket is open, and waits for the next received message, which is the answer. */
function exchange(
  socket: WebSocket,
  body: string,
  { ended, maxBytes }: { readonly ended: AbortSignal; readonly maxBytes: number },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const cleared = new AbortController()
    const { signal } = cleared
    let isSent = false
    const end = (settle: () => void) => {
      cleared.abort()
      settle()
    }
    const send = () => {
      isSent = true
      socket.send(body)
    }
    socket.addEventListener('message', ({ data }) => end(() => resolve(String(data))), { signal })
    const fail = (reason: string) => end(() => reject(new Error(reason)))
    const cut = () =>
      fail(
        isSent
          ? `the WebSocket was closed by its server, or because an answer had more than ${maxBytes} bytes`
          : 'the WebSocket cannot be opened',
      )
    socket.addEventListener('close', cut, { signal })
    socket.addEventListener('error', cut, { signal })
    ended.addEventListener('abort', () => fail('aborted'), { signal })
    if (ended.aborted) fail('aborted')
    else if (socket.readyState === WebSocket.OPEN) send()
    else socket.addEventListener('open', send, { signal })
  })
}
