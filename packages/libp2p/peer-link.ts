import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { backoffMs } from '#runtime/backoff.ts'
import { toError } from '#runtime/fault.ts'
import type { KnownPeer } from './known-peers.ts'
import type { EndReason, PeerEvent, StreamProtocol } from './peer-events.ts'
import { type FrameFor, PeerSession, type SessionOptions } from './peer-session.ts'

/** Settings of a link. */
export interface LinkOptions extends Omit<SessionOptions, 'onEnd' | 'onOpen'> {
  readonly host: Pick<Libp2p, 'dial' | 'peerId'>
  /** A number from 0 up to 1. */
  readonly random: () => number
  readonly onEvent: (event: PeerEvent) => void
}

/** Pauses between dials, which are shortened by up to a quarter at random. */
const redial = { firstMs: 500, longestMs: 10_000 }

/** A connection that stayed open for this long starts the pauses from the first one again. */
const steadyMs = 10_000

/** A peer that sent so many bad messages is refused for longer. */
export const maxStrikes = 3

/** How long such a peer is refused. */
export const strikesPauseMs = 600_000

/** Timeout of a dial. */
const dialMs = 10_000

/**
 * The peer with the lower id dials, and the other one waits for this long before it dials too. Otherwise both would
 * dial at once.
 */
const patienceMs = 2_000

/** The pause after a second connection was opened. The two sides wait for different times. */
const duplicatePause = { lower: [1_000, 1_800], higher: [2_200, 3_000] } as const

/**
 * Keeps one connection to a known peer. A lost connection is dialed again after a pause.
 *
 * When a second connection to the peer is opened, the link closes all of them, and dials once after a pause:
 * op-rbuilder would drop its stream on the remaining connection when the other one closes.
 */
export class PeerLink {
  readonly #peer: KnownPeer
  readonly #options: LinkOptions
  readonly #side: keyof typeof duplicatePause
  #current: { readonly connection: Connection; readonly session: PeerSession } | undefined
  #dial: AbortController | undefined
  #cancelDial: (() => void) | undefined
  /** Failed dials, and connections that ended soon, since the last steady connection. */
  #failures = 0
  #refusesUntilMs = 0
  /** Bad messages since the peer was refused for longer. */
  #strikes = 0
  #isBanned = false
  #isClosed = false

  constructor(peer: KnownPeer, options: LinkOptions) {
    this.#peer = peer
    this.#options = options
    this.#side = options.host.peerId.toString() < peer.id ? 'lower' : 'higher'
  }

  /** The protocol in which messages are sent to the peer; undefined if it is not connected. */
  get protocolId(): string | undefined {
    return this.#current?.session.protocolId
  }

  /** Number of open streams on which the peer sends. */
  get inboundStreams(): number {
    return this.#current?.session.inboundStreams ?? 0
  }

  /** Dials for the first time. */
  start(): void {
    if (this.#current === undefined) this.#dialAfter(this.#side === 'lower' ? 0 : patienceMs)
  }

  /** Adopts a connection that the peer or this host opened. */
  opened(connection: Connection): void {
    if (this.#isClosed) {
      connection.abort(new Error('this host stops'))
      return
    }
    if (this.#isBanned || this.#options.clock.monotonicMs() < this.#refusesUntilMs) {
      this.#options.onCount('refused')
      connection.abort(new Error('the peer sent a malformed message recently'))
      return
    }
    this.#stopDialing(connection)
    if (this.#current === undefined) {
      this.#begin(connection)
      return
    }
    const detail = 'a second connection to the peer was opened'
    this.#options.onCount('duplicate')
    this.#current.session.end('duplicate', detail)
    connection.abort(new Error(detail))
  }

  /** Notes that a connection was closed. */
  closed(connection: Connection): void {
    if (this.#current?.connection === connection)
      this.#current.session.end('closed-by-peer', 'the connection to the peer closed')
  }

  /** Reads a stream of the peer. A stream on a connection that the link does not keep is refused. */
  accept(stream: Stream, connection: Connection, protocol: StreamProtocol): void {
    if (this.#current?.connection === connection) this.#current.session.accept(stream, protocol)
    else stream.abort(new Error('the connection is being closed'))
  }

  /** Sends a message, and returns at once. @returns whether the message waits or is being written */
  send(frameFor: FrameFor): boolean {
    return this.#current?.session.send(frameFor) ?? false
  }

  /** Closes the connection because of a bad message, and refuses the peer during the pause. */
  refuse(detail: string): void {
    this.#strikes++
    this.#current?.session.end('malformed', detail)
  }

  /** Closes the connection, and refuses the peer until this host is started again. */
  ban(detail: string): void {
    this.#isBanned = true
    this.#stopDialing()
    this.#current?.session.end('malformed', detail)
  }

  /** Ends the link. Messages that are being written are still sent if the peer reads them soon. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#stopDialing()
    await this.#current?.session.close()
  }

  #begin(connection: Connection): void {
    const { clock, onEvent } = this.#options
    const sinceMs = clock.monotonicMs()
    let isOpen = false
    const session = new PeerSession(connection, {
      ...this.#options,
      onOpen: ({ id }) => {
        isOpen = true
        onEvent({ kind: 'connected', protocolId: id })
      },
      onEnd: (reason, detail) => {
        this.#current = undefined
        if (clock.monotonicMs() - sinceMs >= steadyMs) this.#failures = 0
        this.#retry(reason)
        onEvent(isOpen ? { kind: 'disconnected', reason, detail } : { kind: 'failed', detail })
      },
    })
    this.#current = { connection, session }
    void session.open()
  }

  /** Dials again after a pause that depends on how the connection ended. */
  #retry(reason: EndReason | 'dial-failed'): void {
    if (this.#isClosed || this.#isBanned) return
    const { clock, random } = this.#options
    if (reason === 'duplicate') {
      const [least, most] = duplicatePause[this.#side]
      this.#dialAfter(least + random() * (most - least))
      return
    }
    const usualMs = backoffMs(redial, this.#failures++) * (1 - random() / 4)
    const pauseMs = this.#strikes < maxStrikes ? usualMs : strikesPauseMs
    if (pauseMs === strikesPauseMs) this.#strikes = 0
    if (reason === 'malformed') this.#refusesUntilMs = clock.monotonicMs() + pauseMs
    this.#dialAfter(this.#side === 'lower' ? pauseMs : Math.max(pauseMs, patienceMs))
  }

  #dialAfter(pauseMs: number): void {
    this.#cancelDial?.()
    this.#cancelDial = this.#options.clock.after(pauseMs, () => {
      this.#cancelDial = undefined
      void this.#dialOnce()
    })
  }

  async #dialOnce(): Promise<void> {
    const { clock, host, onCount, onEvent } = this.#options
    const dial = new AbortController()
    this.#dial = dial
    this.#refusesUntilMs = 0
    const cancel = clock.after(dialMs, () => dial.abort(new Error(`not within ${dialMs} ms`)))
    try {
      const addresses = this.#peer.addresses.map((address) => multiaddr(address))
      await host.dial(addresses, { signal: dial.signal })
    } catch (error) {
      // If a connection was opened or the link closed meanwhile, the outcome of the dial does not matter.
      if (this.#dial === dial) {
        onCount('dial-failed')
        this.#retry('dial-failed')
        onEvent({ kind: 'failed', detail: `the dial failed: ${toError(error).message}` })
      }
    } finally {
      cancel()
      if (this.#dial === dial) this.#dial = undefined
    }
  }

  /** Stops dialing because a connection was opened, or the link closes. */
  #stopDialing(opened?: Connection): void {
    this.#cancelDial?.()
    this.#cancelDial = undefined
    const dial = this.#dial
    this.#dial = undefined
    // The library still works with a connection of the dial itself.
    if (opened?.direction !== 'outbound') dial?.abort(new Error('another connection was opened'))
  }
}
