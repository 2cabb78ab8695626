import { WebSocket } from 'undici'
import { Fault } from '#runtime/fault.ts'
import type { EndpointOptions, Waiting } from './endpoint.ts'

/** Sockets to one server; more calls than these wait for one another. */
const maxSockets = 8

/** A server that is asked JSON-RPC over WebSockets: one question at a time on each, so that an answer needs no address. */
export class SocketEndpoint {
  /** The server without path and query, where providers have their keys: fit for a log. */
  readonly name: string
  readonly #options: EndpointOptions
  readonly #idle: WebSocket[] = []
  readonly #waiting: (() => void)[] = []
  readonly #all = new Set<WebSocket>()
  #busy = 0

  /** @throws TypeError for a URL that is none */
  constructor(options: EndpointOptions) {
    const { protocol, host } = new URL(options.url)
    this.name = `${protocol}//${host}`
    this.#options = options
  }

  /** Sends a body and returns the text of the answer. @throws Fault as `Endpoint` does */
  async post(body: string, { timeoutMs, signal }: Waiting): Promise<string> {
    const timeout = AbortSignal.timeout(timeoutMs)
    const ended = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
    await this.#turn(ended, { isLate: () => timeout.aborted })
    let socket: WebSocket | undefined
    try {
      const ready = this.#idle.pop() ?? this.#open()
      socket = ready
      const answer = await exchange(ready, body, ended)
      if (ready.readyState === WebSocket.OPEN) this.#idle.push(ready)
      return answer
    } catch (error) {
      // What comes on it later would be taken for the answer to something else.
      socket?.close()
      throw this.#fault(error, { isAborted: signal?.aborted === true, isLate: timeout.aborted })
    } finally {
      this.#busy--
      this.#waiting.shift()?.()
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#all) socket.close()
    return Promise.resolve()
  }

  async #turn(ended: AbortSignal, { isLate }: { readonly isLate: () => boolean }): Promise<void> {
    while (this.#busy >= maxSockets) {
      if (ended.aborted)
        throw this.#fault(new Error('too many calls at once'), {
          isAborted: !isLate(),
          isLate: isLate(),
        })
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
        ended.addEventListener('abort', () => resolve(), { once: true })
      })
    }
    this.#busy++
  }

  #open(): WebSocket {
    const headers = this.#options.headers?.()
    const socket = new WebSocket(this.#options.url, headers === undefined ? {} : { headers })
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
    const why = isLate ? 'no answer in time' : cause instanceof Error ? cause.message : 'closed'
    return new Fault(code, {
      severity: 'temporary',
      detail: `${this.name}: ${why}`,
      cause,
      fields: { endpoint: this.name },
    })
  }
}

/** Sends a message when the socket is open; the next one that comes is its answer. */
function exchange(socket: WebSocket, body: string, ended: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const cleared = new AbortController()
    const { signal } = cleared
    const end = (settle: () => void) => {
      cleared.abort()
      settle()
    }
    const send = () => socket.send(body)
    socket.addEventListener('message', ({ data }) => end(() => resolve(String(data))), { signal })
    const fail = (reason: string) => end(() => reject(new Error(reason)))
    socket.addEventListener('close', () => fail('the WebSocket was closed'), { signal })
    socket.addEventListener('error', () => fail('the WebSocket failed'), { signal })
    ended.addEventListener('abort', () => fail('given up'), { signal })
    if (ended.aborted) fail('given up')
    else if (socket.readyState === WebSocket.OPEN) send()
    else socket.addEventListener('open', send, { signal })
  })
}
