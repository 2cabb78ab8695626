import type { Ban, FetchPeersResponse, Peer, PeerScores } from '#messages/fetch-peers.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { nodeIdOf, publicKeyOfPeerId } from '#protocol/p2p/network-key.ts'

// Peers in op-node's form. Source: op-service, apis/p2p.go

const directions = { unknown: 0, inbound: 1, outbound: 2 } as const

/** Characters of the mask of an IPv6 subnet in base64. */
const maxMaskLength = 24

/** A subnet as Go encodes it. */
export interface IpNetJson {
  readonly IP: string
  /** In base64. */
  readonly Mask: string
}

/** A peer. Its field `chainID` is `chainId` if the peer is known to be on this chain, else 0. */
export function peerToJson(peer: Peer, chainId: bigint) {
  return {
    peerID: peer.id,
    nodeID: nodeIdIn(peer.id),
    userAgent: peer.agent,
    protocolVersion: peer.protocolVersion,
    ENR: peer.record,
    addresses: orNull(peer.addresses),
    protocols: orNull(peer.protocols),
    connectedness: peer.isConnected ? 1 : 0,
    direction: directions[peer.direction],
    protected: peer.isProtected,
    chainID: peer.gossips ? Number(chainId) : 0,
    // Nanoseconds.
    latency: Math.round(peer.latencyMs * 1_000_000),
    gossipBlocks: peer.gossips,
    scores: scoresToJson(peer.scores),
  }
}

/** The peers, and the peers, IPs and subnets that the host refuses. */
export function dumpToJson(dump: FetchPeersResponse, chainId: bigint) {
  const { blockedIps, blockedPeers, blockedSubnets, peers } = dump
  return {
    totalConnected: peers.filter(({ isConnected }) => isConnected).length,
    peers: Object.fromEntries(peers.map((peer) => [peer.id, peerToJson(peer, chainId)])),
    bannedPeers: [...new Set([...blockedPeers, ...bannedOf(dump, 'peer')])],
    bannedIPS: [...new Set([...blockedIps, ...bannedOf(dump, 'ip')])],
    bannedSubnets: blockedSubnets.map(subnetToJson),
  }
}

/** Counts of peers: connected, in the table of discovery, in each topic, and so on. */
export function statsToJson(dump: FetchPeersResponse) {
  const [v1 = 0, v2 = 0, v3 = 0, v4 = 0] = dump.topicPeers
  return {
    connected: dump.peers.filter(({ isConnected }) => isConnected).length,
    table: dump.table?.length ?? 0,
    blocksTopic: v1,
    blocksTopicV2: v2,
    blocksTopicV3: v3,
    blocksTopicV4: v4,
    banned: new Set([...dump.blockedPeers, ...bannedOf(dump, 'peer')]).size,
    known: dump.known,
  }
}

function bannedOf(
  { bans }: Pick<FetchPeersResponse, 'bans'>,
  kind: Ban['kind'],
): readonly string[] {
  return bans.filter((ban) => ban.kind === kind).map(({ name }) => name)
}

/** Encodes a subnet in CIDR notation as Go does. */
export function subnetToJson(subnet: string): IpNetJson {
  const [ip = '', bits = '0'] = subnet.split('/')
  return {
    IP: ip,
    Mask: Buffer.from(maskOf(Number(bits), ip.includes(':') ? 16 : 4)).toString('base64'),
  }
}

/**
 * Parses a subnet in CIDR notation or in Go's form. Returns CIDR notation.
 *
 * @throws DecodeError for another form, or a mask with gaps
 */
export function subnetFromJson(json: unknown): string {
  if (typeof json === 'string') return json
  const { IP: ip, Mask: mask } = json as Partial<IpNetJson>
  if (typeof ip !== 'string' || typeof mask !== 'string')
    throw new DecodeError('want {"IP": …, "Mask": …} or a subnet such as 203.0.113.0/24')
  if (mask.length > maxMaskLength) throw new DecodeError('the mask of the subnet is too long')
  const bytes = Buffer.from(mask, 'base64')
  if (bytes.length !== (ip.includes(':') ? 16 : 4))
    throw new DecodeError('the mask of the subnet does not have the length of its address')
  const binary = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const bits = /^1*/u.exec(binary)?.[0].length ?? 0
  if (binary.slice(bits).includes('1')) throw new DecodeError('the mask of the subnet has gaps')
  return `${ip}/${bits}`
}

function maskOf(bits: number, bytes: number): readonly number[] {
  return Array.from({ length: bytes }, (_, at) => {
    const ones = Math.min(8, Math.max(0, bits - 8 * at))
    return 0xff & ~(0xff >> ones)
  })
}

/** The node id of discv5, without 0x; zero if the peer's key is not of the kind that discv5 uses. */
function nodeIdIn(peerId: string): string {
  try {
    return nodeIdOf(publicKeyOfPeerId(peerId)).slice(2)
  } catch (error) {
    if (error instanceof DecodeError) return '00'.repeat(32)
    throw error
  }
}

function scoresToJson(scores: PeerScores) {
  return {
    gossip: {
      total: scores.total,
      blocks: {
        timeInMesh: scores.timeInMesh,
        firstMessageDeliveries: scores.firstMessageDeliveries,
        meshMessageDeliveries: scores.meshMessageDeliveries,
        invalidMessageDeliveries: scores.invalidMessageDeliveries,
      },
      IPColocationFactor: scores.ipColocationFactor,
      behavioralPenalty: scores.behavioralPenalty,
    },
    reqResp: {
      validResponses: scores.validResponses,
      errorResponses: scores.errorResponses,
      rejectedPayloads: scores.rejectedPayloads,
    },
  }
}

/** The list; null if it is empty, because Go encodes a list that was never filled as null. */
function orNull(list: readonly string[]): readonly string[] | null {
  return list.length === 0 ? null : list
}
