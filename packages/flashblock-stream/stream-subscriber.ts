import type { WebSocket } from 'ws'
import type { Clock } from '#runtime/clock.ts'
import { answerPings } from './answer-pings.ts'
import { KeepAlive } from './keep-alive.ts'

/** Limits on what a client has not read. */
export interface SubscriberLimits {
  readonly maxUnsentMessages: number
  readonly maxUnsentBytes: number
}

/** Why the server ends the connection of a client. */
export type SubscriberEnd =
  /** The client reads slower than flashblocks are made. */
  | 'slow'
  /** The client answers no pings. */
  | 'silent'
  /** The client sends pings and does not read the answers. */
  | 'flood'
  /** The client sent something that is not a frame, or is too large. */
  | 'bad-frame'

/** Times of the pings to a client. */
const clientPings = { pingPeriodMs: 15_000, pongTimeoutMs: 30_000 }

/** Time for a client to read why its connection is closed. */
const closeGraceMs = 2_000

/** Close codes of RFC 6455, 7.4.1, and of its registry: the server ends; a violated policy; a load that is too high. */
export const closeCodes = { goingAway: 1001, policyViolation: 1008, tryAgainLater: 1013 } as const

/** The kind of the frames of a message. */
interface MessageForm {
  readonly isBinary: boolean
}

/** What a subscriber needs. */
interface SubscriberOptions {
  readonly clock: Clock
  readonly limits: SubscriberLimits
  /** Called when the server begins to end the connection, at most once. */
  readonly onCutOff: (why: SubscriberEnd) => void
  /** Called once, when the connection has ended. */
  readonly onEnd: () => void
}

/** The connection of one client. A client that does not read in time is disconnected, and no message is skipped. */
export class StreamSubscriber {
  readonly #socket: WebSocket
  readonly #options: SubscriberOptions
  readonly #keepAlive: KeepAlive
  #unsentMessages = 0
  #unsentBytes = 0
  #replayBytes = 0
  #isCutOff = false

  constructor(socket: WebSocket, options: SubscriberOptions) {
    this.#socket = socket
    this.#options = options
    const { clock, onCutOff, onEnd } = options
    this.#keepAlive = new KeepAlive({
      ...clientPings,
      clock,
      answers: false,
      ping: (payload) => socket.ping(payload),
      onSilent: () => this.#cutOff('silent'),
    })
    socket.on('pong', (payload) => this.#keepAlive.pong(payload.toString('latin1')))
    socket.on('ping', () => this.#keepAlive.sign())
    // What clients send has no meaning.
    socket.on('message', () => this.#keepAlive.sign())
    answerPings(socket, {
      unread: () => this.#unsentBytes + this.#replayBytes,
      onFlood: () => this.#cutOff('flood'),
    })
    // The library closes the connection after an error.
    socket.once('error', () => {
      if (!this.#isCutOff) onCutOff('bad-frame')
      this.#isCutOff = true
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#keepAlive.stop()
      onEnd()
    })
  }

  /** Sends a new message. A client with too many unsent messages or bytes is disconnected instead. */
  send(data: Buffer, { isBinary }: MessageForm): void {
    const { maxUnsentBytes, maxUnsentMessages } = this.#options.limits
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (this.#unsentMessages >= maxUnsentMessages || this.#unsentBytes > maxUnsentBytes) {
      this.#cutOff('slow')
      return
    }
    this.#unsentMessages++
    this.#unsentBytes += data.length
    this.#socket.send(data, { binary: isBinary }, () => {
      this.#unsentMessages--
      this.#unsentBytes -= data.length
    })
  }

  /** Sends a message of the past. The number of these is limited by what is kept, so they do not count as unsent. */
  replay(data: Buffer, { isBinary }: MessageForm): void {
    this.#replayBytes += data.length
    this.#socket.send(data, { binary: isBinary }, () => {
      this.#replayBytes -= data.length
    })
  }

  /** Ends the connection with a reason. */
  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
    this.#options.clock.after(closeGraceMs, () => this.#socket.terminate())
  }

  /** Ends the connection at once. */
  terminate(): void {
    this.#socket.terminate()
  }

  #cutOff(why: SubscriberEnd): void {
    if (this.#isCutOff) return
    this.#isCutOff = true
    this.#options.onCutOff(why)
    if (why === 'slow') this.close(closeCodes.tryAgainLater, 'the client reads too slowly')
    else if (why === 'flood')
      this.close(closeCodes.policyViolation, 'the client sends too many pings')
    else this.#socket.terminate()
  }
}
