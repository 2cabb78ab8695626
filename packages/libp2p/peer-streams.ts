import type { Connection, Libp2p } from '@libp2p/interface'
import { framings } from './framing.ts'
import type { KnownPeer } from './known-peers.ts'
import type { PeerEvent } from './peer-events.ts'
import { type LinkOptions, PeerLink } from './peer-link.ts'
import type { FrameFor } from './peer-session.ts'

/** Settings of the streams between known peers. */
export interface PeerStreamsOptions extends Pick<
  LinkOptions,
  'clock' | 'intervalMs' | 'onCount' | 'protocols'
> {
  readonly host: Pick<
    Libp2p,
    | 'addEventListener'
    | 'dial'
    | 'getConnections'
    | 'handle'
    | 'peerId'
    | 'removeEventListener'
    | 'unhandle'
  >
  /** The only peers that are dialed and accepted. The host itself may be among them. */
  readonly knownPeers: readonly KnownPeer[]
  /** A number from 0 up to 1, for pauses. */
  readonly random?: () => number
  /**
   * Called for each message, which may be a view into a larger buffer.
   *
   * @throws DecodeError if the message is malformed, which has the effect of {@link PeerStreams.refuse}
   */
  readonly onMessage: (peerId: string, protocolId: string, message: Uint8Array) => void
  readonly onPeer: (peerId: string, event: PeerEvent) => void
}

/** Encodes a message for a protocol; undefined if the protocol has no such message. */
type EncodeFor = (protocolId: string) => Uint8Array | undefined

/** A known peer. */
export interface StreamPeer {
  readonly id: string
  /** The protocol in which messages are sent to the peer; undefined if it is not connected. */
  readonly protocolId: string | undefined
  /** Number of open streams on which the peer sends. */
  readonly inboundStreams: number
}

/** Streams between known peers, until they are closed. */
export interface PeerStreams {
  /**
   * Sends a message to all connected peers, and returns at once. The message is encoded once for each protocol in use.
   *
   * @returns the number of peers to which it is written
   * @throws RangeError if the message cannot be sent in the framing of the protocol
   */
  send(encode: EncodeFor): number
  /** Sends a message to one peer, as {@link send}. @returns whether it is written */
  sendTo(peerId: string, encode: EncodeFor): boolean
  /** Closes the connection to a peer that sent a malformed message, and refuses the peer during the next pause. */
  refuse(peerId: string, detail: string): void
  /** Closes the connection to a peer, and refuses it until the host is started again. */
  ban(peerId: string, detail: string): void
  /** All known peers. */
  peers(): readonly StreamPeer[]
  /** Closes the connections to known peers. The host keeps running. */
  close(): Promise<void>
}

/** Limit on the streams of a protocol that a peer may open. Libp2p refuses further streams. */
export const maxInboundStreams = 4

/**
 * Keeps a connection to each known peer, with one stream in each direction. Connections of other peers are refused.
 *
 * @param options `intervalMs` is the time between two flashblocks
 * Source: op-rbuilder, crates/p2p
 */
export async function openPeerStreams(options: PeerStreamsOptions): Promise<PeerStreams> {
  const { host, protocols } = options
  const links = linksOf(options)
  const linkOf = ({ remotePeer }: Connection) => links.get(remotePeer.toString())
  const admit = (connection: Connection) => {
    const link = linkOf(connection)
    if (link !== undefined) {
      link.opened(connection)
      return
    }
    options.onCount('stranger')
    connection.abort(new Error('the peer is not known'))
  }
  for (const protocol of protocols)
    await host.handle(
      protocol.id,
      (stream, connection) => linkOf(connection)?.accept(stream, connection, protocol),
      { maxInboundStreams },
    )
  const opened = ({ detail }: CustomEvent<Connection>) => admit(detail)
  const closed = ({ detail }: CustomEvent<Connection>) => linkOf(detail)?.closed(detail)
  host.addEventListener('connection:open', opened)
  host.addEventListener('connection:close', closed)
  for (const connection of host.getConnections()) admit(connection)
  for (const link of links.values()) link.start()
  const send = (peerIds: Iterable<string>, encode: EncodeFor) => {
    const frameFor = encodeOnce(encode)
    return [...peerIds].filter((id) => links.get(id)?.send(frameFor) ?? false).length
  }
  return {
    send: (encode) => send(links.keys(), encode),
    sendTo: (peerId, encode) => send([peerId], encode) === 1,
    refuse: (peerId, detail) => links.get(peerId)?.refuse(detail),
    ban: (peerId, detail) => links.get(peerId)?.ban(detail),
    peers: () =>
      [...links].map(([id, { inboundStreams, protocolId }]) => ({
        id,
        inboundStreams,
        protocolId,
      })),
    close: async () => {
      // A connection that opens meanwhile is closed too.
      await Promise.all([...links.values()].map((link) => link.close()))
      host.removeEventListener('connection:open', opened)
      host.removeEventListener('connection:close', closed)
      await host.unhandle(protocols.map(({ id }) => id))
    },
  }
}

/** The links to the known peers, by peer id. */
function linksOf(options: PeerStreamsOptions): ReadonlyMap<string, PeerLink> {
  const { host, knownPeers, onMessage, onPeer, random = Math.random } = options
  const others = knownPeers.filter(({ id }) => id !== host.peerId.toString())
  return new Map(
    others.map((peer) => {
      const link = new PeerLink(peer, {
        ...options,
        random,
        onMessage: (protocolId, message) => onMessage(peer.id, protocolId, message),
        onEvent: (event) => onPeer(peer.id, event),
      })
      return [peer.id, link]
    }),
  )
}

/** Makes the frames of a message, each of them once. */
function encodeOnce(encode: EncodeFor): FrameFor {
  const frames = new Map<string, Uint8Array | undefined>()
  return ({ id, framing }) => {
    if (frames.has(id)) return frames.get(id)
    const message = encode(id)
    const frame = message === undefined ? undefined : framings[framing].encode(message)
    frames.set(id, frame)
    return frame
  }
}
