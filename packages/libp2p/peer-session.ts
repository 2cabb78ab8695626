import type { Connection, Stream } from '@libp2p/interface'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Clock } from '#runtime/clock.ts'
import { toError } from '#runtime/fault.ts'
import { framings } from './framing.ts'
import type { EndReason, StreamCount, StreamProtocol } from './peer-events.ts'
import { StreamWriter } from './stream-writer.ts'

/** Settings of a session. */
export interface SessionOptions {
  /** Protocols in the order of preference. */
  readonly protocols: readonly StreamProtocol[]
  readonly clock: Clock
  /** Time between two flashblocks. A write that takes longer counts as a timeout. */
  readonly intervalMs: number
  /** @throws DecodeError if the message is malformed, which ends the session */
  readonly onMessage: (protocolId: string, message: Uint8Array) => void
  /** Called when messages can be sent. */
  readonly onOpen: (protocol: StreamProtocol) => void
  /** Called once, before the connection is closed. */
  readonly onEnd: (reason: EndReason, detail: string) => void
  readonly onCount: (what: StreamCount) => void
}

/** Makes the frame of a message for a protocol; undefined if there is no message for the protocol. */
export type FrameFor = (protocol: StreamProtocol) => Uint8Array | undefined

/** If the peer has no stream on which it sends for this long, the connection is closed. */
const inboundMs = 5_000

/**
 * One connection to a peer: one stream on which this host only writes, and the streams of the peer, which this host
 * only reads. Each side opens its own stream, because op-rbuilder never reads from the stream on which it writes.
 *
 * The peer's streams are read whenever bytes arrive, and never paused: op-rbuilder would stop sending to all of its
 * peers while one peer does not read.
 * Source: op-rbuilder, crates/p2p/src/lib.rs
 */
export class PeerSession {
  readonly #connection: Connection
  readonly #options: SessionOptions
  readonly #inbound = new Set<Stream>()
  #outbound: { readonly protocol: StreamProtocol; readonly writer: StreamWriter } | undefined
  #cancelDeadline: () => void = () => undefined
  #hasEnded = false

  constructor(connection: Connection, options: SessionOptions) {
    this.#connection = connection
    this.#options = options
    this.#startDeadline()
  }

  /** The protocol in which messages are sent; undefined while the stream is being opened. */
  get protocolId(): string | undefined {
    return this.#outbound?.protocol.id
  }

  /** Number of open streams on which the peer sends. */
  get inboundStreams(): number {
    return this.#inbound.size
  }

  /** Opens the stream to the peer, in the first protocol that the peer supports. A failure ends the session. */
  async open(): Promise<void> {
    const { clock, intervalMs, onCount, onOpen } = this.#options
    const opened = await this.#openStream()
    if (opened === undefined || this.#hasEnded) return
    const { protocol, stream } = opened
    stream.addEventListener('close', () =>
      this.end('closed-by-peer', `the stream to the peer ended: it is ${stream.status}`),
    )
    const { queue } = protocol
    const onFailure = (...problem: Parameters<PeerSession['end']>) => this.end(...problem)
    const options = { clock, queue, timeoutMs: intervalMs, onCount, onFailure }
    this.#outbound = { protocol, writer: new StreamWriter(stream, options) }
    onOpen(protocol)
  }

  async #openStream(): Promise<
    { readonly stream: Stream; readonly protocol: StreamProtocol } | undefined
  > {
    const { protocols } = this.#options
    try {
      const stream = await this.#connection.newStream(protocols.map(({ id }) => id))
      const protocol = protocols.find(({ id }) => id === stream.protocol)
      if (protocol === undefined) throw new Error(`the peer selected ${stream.protocol}`)
      // What the peer writes on this stream is discarded. Otherwise it would pile up until libp2p aborts the stream.
      await stream.closeRead()
      return { stream, protocol }
    } catch (error) {
      const detail = `no stream to the peer could be opened: ${toError(error).message}`
      this.end('no-outbound-stream', detail)
      return undefined
    }
  }

  /** Reads a stream of the peer until it ends. A malformed stream ends the session. */
  accept(stream: Stream, protocol: StreamProtocol): void {
    const reader = framings[protocol.framing].reader()
    this.#inbound.add(stream)
    this.#cancelDeadline()
    const finish = () => this.#ended(stream)
    stream.addEventListener('close', finish)
    stream.addEventListener('remoteCloseWrite', finish)
    stream.addEventListener('message', ({ data }) => {
      try {
        for (const message of reader.read(data.subarray())) {
          // The receiver may have ended the session because of an earlier message of this chunk.
          if (this.#hasEnded) return
          this.#options.onCount('received')
          this.#options.onMessage(protocol.id, message)
        }
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
        this.end('malformed', `the peer sent a malformed message: ${error.message}`)
      }
    })
  }

  /** Sends a message, and returns at once. @returns whether the message waits or is being written */
  send(frameFor: FrameFor): boolean {
    if (this.#outbound === undefined || this.#hasEnded) return false
    const frame = frameFor(this.#outbound.protocol)
    if (frame === undefined) return false
    this.#outbound.writer.push(frame)
    return !this.#hasEnded
  }

  /** Ends the session, and closes its connection at once. */
  end(reason: EndReason, detail: string): void {
    if (this.#hasEnded) return
    this.#finish(reason, detail)
    this.#connection.abort(new Error(detail))
  }

  /** Ends the session because this host stops. The message that is being written is sent if the peer reads it soon. */
  async close(): Promise<void> {
    if (this.#hasEnded) return
    this.#finish('closed-here', 'this host stops')
    try {
      await this.#connection.close()
    } catch (error) {
      this.#connection.abort(toError(error))
    }
  }

  #finish(reason: EndReason, detail: string): void {
    this.#hasEnded = true
    this.#cancelDeadline()
    this.#outbound?.writer.close()
    this.#options.onEnd(reason, detail)
  }

  /** The peer sends no more on a stream. Closing the own side removes the stream. */
  #ended(stream: Stream): void {
    if (!this.#inbound.delete(stream)) return
    if (stream.status === 'open')
      stream.close().catch((error: unknown) => stream.abort(toError(error)))
    if (this.#inbound.size === 0 && !this.#hasEnded) this.#startDeadline()
  }

  #startDeadline(): void {
    this.#cancelDeadline = this.#options.clock.after(inboundMs, () =>
      this.end('no-inbound-stream', `the peer opened no stream within ${inboundMs} ms`),
    )
  }
}
