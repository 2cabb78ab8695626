import type { FramingName } from './framing.ts'
import type { QueueName } from './message-queue.ts'

/** A protocol of one-way streams. */
export interface StreamProtocol {
  /** Protocol id, such as `/flashblocks/1.0.0`. */
  readonly id: string
  readonly framing: FramingName
  /** How messages wait for a slow peer. */
  readonly queue: QueueName
}

/** Why the connection to a peer ended. */
export type EndReason =
  /** The peer or the network closed it, or the stream on which this host sends. */
  | 'closed-by-peer'
  /** This host stops. */
  | 'closed-here'
  /** Two connections to the peer were open, and both were closed. */
  | 'duplicate'
  /** The peer sent what it must not send. */
  | 'malformed'
  /** The peer has no open stream on which it sends. */
  | 'no-inbound-stream'
  /** The peer supports no protocol of this host, or the stream to it could not be opened. */
  | 'no-outbound-stream'
  /** More messages wait for the peer than the limit. */
  | 'queue-full'
  /** The peer does not read its messages. */
  | 'stalled'
  /** Writing to the peer failed. */
  | 'stream-failed'

/** A change of a known peer. */
export type PeerEvent =
  /** Messages can be sent to the peer from now on. Messages of the peer may have arrived a moment earlier. */
  | { readonly kind: 'connected'; readonly protocolId: string }
  /** `detail` explains the reason. Each `connected` is followed by one `disconnected`. */
  | { readonly kind: 'disconnected'; readonly reason: EndReason; readonly detail: string }
  /** A dial failed, or a connection ended before messages could be sent. It is retried after a pause. */
  | { readonly kind: 'failed'; readonly detail: string }

/** What is counted. */
export type StreamCount =
  | 'sent'
  | 'received'
  /** A message was dropped because a newer one replaced it. */
  | 'replaced'
  /** A message was not written within an interval. */
  | 'write-timeout'
  | 'dial-failed'
  /** A second connection to a peer was opened. */
  | 'duplicate'
  /** A connection of a peer that is not known was refused. */
  | 'stranger'
  /** A connection of a known peer was refused, because the peer sent malformed messages recently. */
  | 'refused'
