import Long from 'long'
import { atoll } from '#proto/atoll.js'
import { countFromWire, enumWire, optional, present } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'

/** Asks gossip for its peers. */
export interface FetchPeersRequest {
  /** Whether to return all known peers instead of only the connected ones. */
  readonly areKnown: boolean
}

/** The peers of a host, and the peers, addresses and subnets that the host refuses. */
export interface FetchPeersResponse {
  /** The host itself. */
  readonly self: Peer
  readonly peers: readonly Peer[]
  /** Number of peers that are known. */
  readonly known: number
  /** For each topic of blocks, from the first block version on: the number of subscribed peers. */
  readonly topicPeers: readonly number[]
  /** Records of the nodes that discovery knows; undefined without discovery. */
  readonly table: readonly string[] | undefined
  /** Blocked by an operator. */
  readonly blockedPeers: readonly string[]
  readonly blockedIps: readonly string[]
  /** In CIDR notation. */
  readonly blockedSubnets: readonly string[]
  /** Bans of peers and IP addresses with a bad score. */
  readonly bans: readonly Ban[]
}

/** A ban of a peer or of an IP address. */
export interface Ban {
  readonly kind: 'peer' | 'ip'
  /** A peer id, or an IP address. */
  readonly name: string
  /** Unix milliseconds. */
  readonly untilMs: number
  /** As shown to operators. */
  readonly reason: string
}

/** A peer as the host of gossip knows it, or the host itself. Texts are empty until they are known. */
export interface Peer {
  readonly id: string
  readonly agent: string
  readonly protocolVersion: string
  /** The record of the peer in discovery. */
  readonly record: string
  /** Multiaddrs with the peer id. */
  readonly addresses: readonly string[]
  readonly protocols: readonly string[]
  readonly isConnected: boolean
  /** Who dialed; `unknown` if the peer is not connected. */
  readonly direction: 'unknown' | 'inbound' | 'outbound'
  /** Whether an operator protected the peer, so that its connections are kept. */
  readonly isProtected: boolean
  /** 0 until the latency is known. */
  readonly latencyMs: number
  /** Whether the peer is subscribed to blocks. */
  readonly gossips: boolean
  readonly scores: PeerScores
}

/** Scores of a peer. Counts of messages are sums of all topics of blocks. */
export interface PeerScores {
  readonly total: number
  readonly timeInMesh: number
  readonly firstMessageDeliveries: number
  readonly meshMessageDeliveries: number
  readonly invalidMessageDeliveries: number
  readonly ipColocationFactor: number
  readonly behavioralPenalty: number
  readonly validResponses: number
  readonly errorResponses: number
  readonly rejectedPayloads: number
}

const { Direction } = atoll.v1.Peer

const direction = enumWire({
  unknown: Direction.UNKNOWN,
  inbound: Direction.INBOUND,
  outbound: Direction.OUTBOUND,
})

const banKind = enumWire({ peer: atoll.v1.Ban.Kind.PEER, ip: atoll.v1.Ban.Kind.IP })

/** Codec of `FetchPeersRequest`. */
export const fetchPeersRequestCodec: MessageCodec<FetchPeersRequest> = messageCodec(
  'FetchPeersRequest',
  atoll.v1.FetchPeersRequest,
  {
    toWire: ({ areKnown }: FetchPeersRequest) => ({ areKnown }),
    fromWire: ({ areKnown }) => ({ areKnown }),
  },
)

/** Codec of `FetchPeersResponse`. */
export const fetchPeersResponseCodec: MessageCodec<FetchPeersResponse> = messageCodec(
  'FetchPeersResponse',
  atoll.v1.FetchPeersResponse,
  {
    toWire: (response: FetchPeersResponse) => ({
      ...response,
      self: peerToWire(response.self),
      peers: response.peers.map(peerToWire),
      known: Long.fromNumber(response.known, true),
      topicPeers: response.topicPeers.map((peers) => Long.fromNumber(peers, true)),
      table: optional(response.table, (records) => ({ records: [...records] })) ?? null,
      blockedPeers: [...response.blockedPeers],
      blockedIps: [...response.blockedIps],
      blockedSubnets: [...response.blockedSubnets],
      bans: response.bans.map((ban) => ({
        ...ban,
        kind: banKind.toWire(ban.kind),
        untilMs: Long.fromNumber(ban.untilMs, true),
      })),
    }),
    fromWire: (message) => ({
      self: peerFromWire(present(message.self, 'self')),
      peers: message.peers.map(peerFromWire),
      known: countFromWire(message.known, 'known'),
      topicPeers: message.topicPeers.map((peers) => countFromWire(peers, 'topic_peers')),
      table: optional(message.table, ({ records }) => records ?? []),
      blockedPeers: message.blockedPeers,
      blockedIps: message.blockedIps,
      blockedSubnets: message.blockedSubnets,
      bans: message.bans.map(banFromWire),
    }),
  },
)

function banFromWire({ kind, name, untilMs, reason }: atoll.v1.Ban.$Properties): Ban {
  return {
    kind: banKind.fromWire(kind, 'kind'),
    name: name ?? '',
    untilMs: countFromWire(untilMs, 'until_ms'),
    reason: reason ?? '',
  }
}

function peerToWire(peer: Peer): atoll.v1.Peer.$Properties {
  return {
    ...peer,
    addresses: [...peer.addresses],
    protocols: [...peer.protocols],
    direction: direction.toWire(peer.direction),
  }
}

function peerFromWire(message: atoll.v1.Peer.$Properties): Peer {
  const { scores } = message
  return {
    id: message.id ?? '',
    agent: message.agent ?? '',
    protocolVersion: message.protocolVersion ?? '',
    record: message.record ?? '',
    addresses: message.addresses ?? [],
    protocols: message.protocols ?? [],
    isConnected: message.isConnected ?? false,
    direction: direction.fromWire(message.direction, 'direction'),
    isProtected: message.isProtected ?? false,
    latencyMs: message.latencyMs ?? 0,
    gossips: message.gossips ?? false,
    scores: {
      total: scores?.total ?? 0,
      timeInMesh: scores?.timeInMesh ?? 0,
      firstMessageDeliveries: scores?.firstMessageDeliveries ?? 0,
      meshMessageDeliveries: scores?.meshMessageDeliveries ?? 0,
      invalidMessageDeliveries: scores?.invalidMessageDeliveries ?? 0,
      ipColocationFactor: scores?.ipColocationFactor ?? 0,
      behavioralPenalty: scores?.behavioralPenalty ?? 0,
      validResponses: scores?.validResponses ?? 0,
      errorResponses: scores?.errorResponses ?? 0,
      rejectedPayloads: scores?.rejectedPayloads ?? 0,
    },
  }
}
