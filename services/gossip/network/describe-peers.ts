import type { GossipSub } from '@libp2p/gossipsub'
import type { Connection, Peer as StoredPeer, PeerId } from '@libp2p/interface'
import type { PeerAddress } from '#services/gossip/peers/known-peers.ts'
import type { FetchPeersResponse, Peer, PeerScores } from '#messages/fetch-peers.ts'
import type { Host } from '#libp2p/open-host.ts'
import { payloadVersions } from '#protocol/p2p/payload-version.ts'
import { blocksTopic } from '#protocol/p2p/topics.ts'
import { toError } from '#runtime/fault.ts'
import type { AppScores } from './app-scores.ts'

/** What the host knows of itself and of its peers. */
export type PeerReport = Pick<FetchPeersResponse, 'self' | 'peers' | 'topicPeers'>

/** The part of gossipsub that its exported type omits. */
interface Scored {
  getScore(peerId: string): number
  dumpPeerScoreStats(): Readonly<Record<string, ScoreStats>>
}

/** Counters of gossipsub for a peer. */
interface ScoreStats {
  readonly behaviourPenalty: number
  readonly topics: Readonly<Record<string, TopicStats>>
}

interface TopicStats {
  readonly inMesh: boolean
  /** Milliseconds. */
  readonly meshTime: number
  readonly firstMessageDeliveries: number
  readonly meshMessageDeliveries: number
  readonly invalidMessageDeliveries: number
}

/** What a report needs besides the host. */
interface Described {
  readonly appScores: Pick<AppScores, 'counts'>
  readonly l2ChainId: bigint
  /** Peers that are reported although they are not connected. */
  readonly known: readonly PeerAddress[]
}

const utf8 = new TextDecoder()

/** Reports the host and its peers, for an operator. */
export async function describePeers(
  host: Host<{ gossip: GossipSub }>,
  { appScores, known, l2ChainId }: Described,
): Promise<PeerReport> {
  const { gossip } = host.services
  const stored = new Map<string, StoredPeer>()
  for (const id of host.getPeers()) {
    const peer = await storedPeer(host, id)
    if (peer !== undefined) stored.set(id.toString(), peer)
  }
  const subscribers = payloadVersions.map((version) =>
    gossip.getSubscribers(blocksTopic(l2ChainId, version)).map(String),
  )
  const gossiping = new Set(subscribers.flat())
  const scored = gossip as GossipSub & Scored
  const dumped = scored.dumpPeerScoreStats()
  const describe = (name: string, connections: readonly Connection[]): Peer => {
    return {
      ...identityOf(name, stored.get(name)),
      ...connectionOf(connections),
      record: '',
      isProtected: false,
      gossips: gossiping.has(name),
      scores: {
        ...meshScores(dumped[name]),
        ...requestScores(appScores, name),
        total: scored.getScore(name),
        ipColocationFactor: 0,
      },
    }
  }
  const self = describe(host.peerId.toString(), [])
  const connected = host.getPeers().map((id) => describe(id.toString(), host.getConnections(id)))
  const ids = new Set(connected.map(({ id }) => id))
  const others = known.filter(({ id }) => !ids.has(id))
  return {
    self: {
      ...self,
      addresses: host.getMultiaddrs().map(String),
      protocols: host.getProtocols(),
      gossips: true,
    },
    peers: [
      ...connected,
      ...others.map(({ id, addresses }) => ({ ...describe(id, []), addresses })),
    ],
    topicPeers: subscribers.map((peers) => peers.length),
  }
}

/** What the host remembers of a peer; undefined if the peer has just left. */
async function storedPeer(
  { peerStore }: Pick<Host<Record<string, never>>, 'peerStore'>,
  id: PeerId,
): Promise<StoredPeer | undefined> {
  try {
    return await peerStore.get(id)
  } catch (error) {
    if (toError(error).name === 'NotFoundError') return undefined
    throw error
  }
}

/** Limit on the characters of a name that a peer gives itself. */
const maxShownText = 100

/** Text that a peer chose, without characters that would control a terminal. */
function shown(text: string): string {
  return printable(text).slice(0, maxShownText)
}

function printable(text: string): string {
  return text.replaceAll(/[\p{C}\u2028\u2029]/gu, '\uFFFD')
}

function identityOf(
  id: string,
  stored: StoredPeer | undefined,
): Pick<Peer, 'id' | 'agent' | 'protocolVersion' | 'addresses' | 'protocols'> {
  const text = (key: string) => shown(utf8.decode(stored?.metadata.get(key) ?? new Uint8Array()))
  const suffix = `/p2p/${id}`
  return {
    id,
    agent: text('AgentVersion'),
    protocolVersion: text('ProtocolVersion'),
    addresses: (stored?.addresses ?? []).map(({ multiaddr }) => {
      const address = printable(multiaddr.toString())
      return address.endsWith(suffix) ? address : `${address}${suffix}`
    }),
    protocols: (stored?.protocols ?? []).map(shown),
  }
}

function connectionOf(
  connections: readonly Connection[],
): Pick<Peer, 'isConnected' | 'direction' | 'latencyMs'> {
  const [first] = connections
  return {
    isConnected: first !== undefined,
    direction: first?.direction ?? 'unknown',
    latencyMs: first?.rtt ?? 0,
  }
}

type MeshScores = Pick<
  PeerScores,
  | 'timeInMesh'
  | 'firstMessageDeliveries'
  | 'meshMessageDeliveries'
  | 'invalidMessageDeliveries'
  | 'behavioralPenalty'
>

/** Counters of gossipsub, as sums of all topics. */
function meshScores(stats: ScoreStats | undefined): MeshScores {
  const topics = Object.values(stats?.topics ?? {})
  const sum = (counter: (topic: TopicStats) => number) =>
    topics.reduce((total, topic) => total + counter(topic), 0)
  return {
    timeInMesh: sum(({ inMesh, meshTime }) => (inMesh ? meshTime / 1_000 : 0)),
    firstMessageDeliveries: sum((topic) => topic.firstMessageDeliveries),
    meshMessageDeliveries: sum((topic) => topic.meshMessageDeliveries),
    invalidMessageDeliveries: sum((topic) => topic.invalidMessageDeliveries),
    behavioralPenalty: stats?.behaviourPenalty ?? 0,
  }
}

function requestScores(
  appScores: Described['appScores'],
  id: string,
): Pick<PeerScores, 'validResponses' | 'errorResponses' | 'rejectedPayloads'> {
  const counts = appScores.counts(id)
  return {
    validResponses: counts.get('valid-response') ?? 0,
    errorResponses: counts.get('failed-response') ?? 0,
    rejectedPayloads: counts.get('refused-block') ?? 0,
  }
}
