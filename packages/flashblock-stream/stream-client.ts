import { WebSocket } from 'ws'
import type { StreamFlashblock } from '#json-rpc/forms/flashblock-json.ts'
import { ServerUrl } from '#json-rpc/server-url.ts'
import { backoffMs } from '#runtime/backoff.ts'
import type { Clock } from '#runtime/clock.ts'
import { answerPings } from './answer-pings.ts'
import { KeepAlive, type KeepAliveTimes } from './keep-alive.ts'
import { decodeFrame, type FrameFlaw, maxFrameBytes } from './stream-frame.ts'

/** A flashblock of a stream, with the time of its arrival. */
export interface ArrivedFlashblock {
  readonly flashblock: StreamFlashblock
  /** On the monotonic clock. */
  readonly arrivedMs: number
  /** Unix milliseconds. */
  readonly arrivedUnixMs: number
}

/** What happened to a stream, other than a flashblock. */
export type StreamEvent =
  | { readonly kind: 'connected' }
  /** The stream is connected again after `retryMs`. A flashblock may be missing after that: streams need not replay. */
  | { readonly kind: 'disconnected'; readonly reason: string; readonly retryMs: number }
  /** A frame was not a flashblock. */
  | { readonly kind: 'malformed'; readonly flaw: FrameFlaw; readonly detail: string }

/** Which stream is followed, and how. */
export interface StreamClientOptions {
  /** Such as `ws://127.0.0.1:1111/ws`. The path and query may have an API key, which is not shown in events. */
  readonly url: string
  readonly clock: Clock
  readonly onFlashblock: (arrived: ArrivedFlashblock) => void
  readonly onEvent: (event: StreamEvent) => void
  /** Undefined: `streamTimes`. */
  readonly times?: Partial<StreamTimes> | undefined
  /** A number from 0 up to 1, for the pauses between attempts. Undefined: `Math.random`. */
  readonly random?: () => number
}

/** Times of a connection to a stream. */
export interface StreamTimes extends KeepAliveTimes {
  readonly connectTimeoutMs: number
}

/** The usual times: a silent server is left within 2 s. */
export const streamTimes: StreamTimes = {
  connectTimeoutMs: 5_000,
  pingPeriodMs: 500,
  pongTimeoutMs: 1_500,
}

/** Pauses between attempts to connect. The first flashblock of a connection begins them again. */
const streamBackoff = { firstMs: 10, longestMs: 5_000 }

/** Follows one stream of flashblocks, and connects again when the connection ends. */
export class StreamClient {
  /** The URL without its secrets. */
  readonly name: string
  readonly #options: StreamClientOptions
  readonly #times: StreamTimes
  readonly #url: ServerUrl
  /** Number of malformed frames, by flaw. */
  readonly malformed = new Map<FrameFlaw, number>()
  #end: (() => void) | undefined
  #failures = 0
  #answersPings = false

  /** Connects to the stream. @throws TypeError if the URL is invalid */
  constructor(options: StreamClientOptions) {
    this.#options = options
    this.#times = { ...streamTimes, ...options.times }
    this.#url = new ServerUrl(options.url)
    this.name = this.#url.name
    this.#connect()
  }

  /** Ends the connection. Nothing is reported afterwards. */
  stop(): void {
    this.#end?.()
    this.#end = undefined
  }

  #connect(): void {
    const { clock, onEvent } = this.#options
    const socket = new WebSocket(this.#url.href, {
      headers: this.#url.headers,
      maxPayload: maxFrameBytes,
      perMessageDeflate: false,
      autoPong: false,
    })
    let keepAlive: KeepAlive | undefined
    const close = () => {
      cancelTimeout()
      keepAlive?.stop()
      socket.removeAllListeners()
      // The library reports an error if a connection is ended before it is open.
      socket.on('error', () => undefined)
      socket.terminate()
    }
    const fail = (reason: string) => {
      close()
      this.#retry(reason)
    }
    const { connectTimeoutMs } = this.#times
    const cancelTimeout = clock.after(connectTimeoutMs, () =>
      fail(`no connection within ${connectTimeoutMs} ms`),
    )
    this.#end = close
    socket.on('open', () => {
      cancelTimeout()
      keepAlive = this.#keepAlive(socket, fail)
      onEvent({ kind: 'connected' })
    })
    socket.on('message', (data: Buffer, isBinary) => {
      keepAlive?.sign()
      this.#take(data, isBinary ? 'binary' : 'text')
    })
    socket.on('close', (code, reason) => fail(closeReason(code, reason)))
    socket.on('error', (error: Error & { readonly code?: string }) => fail(this.#flawOf(error)))
  }

  #keepAlive(socket: WebSocket, fail: (reason: string) => void): KeepAlive {
    const { clock } = this.#options
    const { pongTimeoutMs } = this.#times
    const keepAlive = new KeepAlive({
      ...this.#times,
      clock,
      answers: this.#answersPings,
      ping: (payload) => socket.ping(payload),
      onSilent: () => fail(`the server is silent: it did not answer a ping in ${pongTimeoutMs} ms`),
    })
    socket.on('pong', (payload) => {
      keepAlive.pong(payload.toString('latin1'))
      this.#answersPings = keepAlive.answers
    })
    socket.on('ping', () => keepAlive.sign())
    const onFlood = () => fail('the server sends pings, and does not read the answers')
    answerPings(socket, { unread: () => 0, onFlood })
    return keepAlive
  }

  #take(data: Buffer, kind: 'text' | 'binary'): void {
    const { clock, onFlashblock } = this.#options
    const [arrivedMs, arrivedUnixMs] = [clock.monotonicMs(), clock.now()]
    const frame = decodeFrame(data, kind)
    if (frame.kind === 'malformed') {
      this.#countMalformed(frame.flaw, frame.detail)
      return
    }
    this.#failures = 0
    onFlashblock({ flashblock: frame.flashblock, arrivedMs, arrivedUnixMs })
  }

  #countMalformed(flaw: FrameFlaw, detail: string): void {
    this.malformed.set(flaw, (this.malformed.get(flaw) ?? 0) + 1)
    this.#options.onEvent({ kind: 'malformed', flaw, detail })
  }

  /** The reason for the end of a connection, from an error of the library. */
  #flawOf({ code, message }: Error & { readonly code?: string }): string {
    if (code !== 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return this.#url.clean(message)
    const detail = `a frame has more than ${maxFrameBytes} bytes`
    this.#countMalformed('too-large', detail)
    return detail
  }

  /** Half of the pause is random, so that clients of a restarted server do not all come at the same moment. */
  #retry(reason: string): void {
    const { clock, onEvent, random = Math.random } = this.#options
    const longestMs = backoffMs(streamBackoff, this.#failures++)
    const retryMs = longestMs * (0.5 + random() / 2)
    this.#end = clock.after(retryMs, () => this.#connect())
    onEvent({ kind: 'disconnected', reason: this.#url.clean(reason), retryMs })
  }
}

/** Close code of RFC 6455 for a connection that ended without a close frame. */
const withoutCloseFrame = 1006

function closeReason(code: number, reason: Buffer): string {
  if (code === withoutCloseFrame) return 'the connection ended'
  const text = reason.length === 0 ? '' : `: ${reason.toString()}`
  return `the server closed the connection with code ${code}${text}`
}
