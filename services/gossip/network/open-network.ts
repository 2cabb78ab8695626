import { type GossipSub, gossipsub, TopicValidatorResult } from '@libp2p/gossipsub'
import type { PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { maxKeptAddresses } from '#libp2p/limited-peer-store.ts'
import { type Host, type HostSettings, openHost } from '#libp2p/open-host.ts'
import { type PayloadVersion, payloadVersions } from '#protocol/p2p/payload-version.ts'
import { blocksTopic, blocksTopics } from '#protocol/p2p/topics.ts'
import type { ConnectedPeer, Network } from '#services/gossip/ports.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { type Clock, every } from '#runtime/clock.ts'
import { AppScores } from './app-scores.ts'
import { Arrivals } from './arrivals.ts'
import { gossipOptions, type GossipSettings } from './gossip-options.ts'
import { type GossipHandlers, limitPeers, type RpcDropReason } from './peer-limits.ts'
import { MessageOpener } from '#services/gossip/opening/message-opener.ts'
import { requestProtocols } from '#services/gossip/requests/payload-answer.ts'
import { requestPayload, servePayloads } from './payload-streams.ts'
import { describePeers } from './describe-peers.ts'
import { forgetGone, forgetMs } from './forget-gone.ts'
import { ignoredBelow, scoreOptions, type Scoring } from './score-params.ts'

/** Settings of the peer-to-peer network. */
export interface NetworkSettings extends HostSettings, GossipSettings {
  readonly config: RollupConfig
  readonly clock: Clock
  readonly scoring: Scoring
  /** Called for a block that is dropped before its validation. */
  readonly onDropped: (version: PayloadVersion, outcome: 'busy' | 'failed') => void
  /** Called for an RPC that is dropped, or whose control message is dropped. */
  readonly onRpcDropped: (reason: RpcDropReason) => void
  /**
   * Called when a part of the network failed, such as the thread that opens large messages. The part starts again
   * later.
   */
  readonly onFailure: (error: Error) => void
}

/** The network, until it is closed. */
export interface OpenNetwork extends Network {
  /** Multiaddrs of this host, with its peer id. */
  readonly addresses: readonly string[]
  /** Starts the thread for large messages before the first large message arrives. */
  prepare(): void
  close(): Promise<void>
}

/** Facts that a peer announces about itself. */
type Identified = Pick<ConnectedPeer, 'addresses' | 'servesPayloads'>

/** The part of gossipsub that its exported type omits. */
interface GossipInside extends GossipHandlers {
  getMeshPeers(topic: string): string[]
  getScore(peerId: string): number
}

/**
 * Starts the host, and subscribes to the topics of all versions, as op-node does.
 *
 * @throws as `openHost`
 */
export async function openNetwork(settings: NetworkSettings): Promise<OpenNetwork> {
  const { clock, config, onDropped, onFailure } = settings
  const { blockTime, l2ChainId } = config
  const topics = blocksTopics(l2ChainId)
  const appScores = new AppScores(clock, Number(blockTime) * 1_000)
  const { host, opener } = await openGossip(settings, appScores)
  const { gossip } = host.services
  const arrivals = new Arrivals()
  const told = new Map<string, Identified>()
  const requestIds = requestProtocols(l2ChainId)
  host.addEventListener('peer:identify', ({ detail }) => {
    // The peer may have left while its record was verified.
    if (host.getConnections(detail.peerId).length === 0) return
    told.set(detail.peerId.toString(), {
      addresses: detail.listenAddrs.slice(0, maxKeptAddresses).map(String),
      servesPayloads: detail.protocols.some((protocol) => requestIds.includes(protocol)),
    })
  })
  host.addEventListener('peer:disconnect', ({ detail }) => told.delete(detail.toString()))
  const stopForgetting = every(clock, forgetMs, () => {
    forgetGone(host).catch(onFailure)
  })
  for (const [topic, version] of topics) {
    gossip.topicValidators.set(topic, async (peer, message) => {
      const { data, checked } = opener.opened(message)
      const verdict = await arrivals.add({ peer: peer.toString(), version, data, checked })
      if (verdict === 'busy') onDropped(version, 'busy')
      return results[verdict]
    })
    gossip.subscribe(topic)
  }
  return {
    peerId: host.peerId.toString(),
    get addresses() {
      return host.getMultiaddrs().map(String)
    },
    onBlock: (listener) => arrivals.listen(listener),
    judge: (arrival, verdict) => arrivals.judge(arrival, verdict),
    publish: async (topic, data) => {
      const { recipients } = await gossip.publish(topic, data)
      return recipients.length
    },
    dial: async (addresses) => {
      await host.dial(addresses.map((address) => multiaddr(address)))
    },
    peers: () => connectedPeers(host, { l2ChainId, told }),
    request: (id, wanted) => requestPayload(host, peerIdFromString(id), { config, wanted }),
    serve: (answer) => servePayloads(host, config, answer),
    score: (id, deed) => appScores.count(id, deed),
    describe: ({ known }) => describePeers(host, { appScores, known, l2ChainId }),
    disconnect: async (id) => {
      await host.hangUp(peerIdFromString(id))
    },
    prepare: () => opener.prepare(),
    close: async () => {
      stopForgetting()
      arrivals.close()
      await Promise.all([opener.close(), host.stop()])
    },
  }
}

/** Starts the host with gossipsub, and makes the opener of its messages. */
async function openGossip(
  settings: NetworkSettings,
  appScores: AppScores,
): Promise<{ readonly host: Host<{ gossip: GossipSub }>; readonly opener: MessageOpener }> {
  const { clock, config, messageIdForm: form, onFailure, scoring } = settings
  const { blockTime, l2ChainId } = config
  const topics = blocksTopics(l2ChainId)
  const isIgnored = (peer: string) => insideOf(host).getScore(peer) < ignoredBelow
  const onDropped = (topic: string, reason: 'busy' | 'failed') => {
    const version = topics.get(topic)
    if (version !== undefined) settings.onDropped(version, reason)
  }
  const opener = new MessageOpener({ form, l2ChainId, isIgnored, onFailure, onDropped })
  const host: Host<{ gossip: GossipSub }> = await openHost(settings, {
    gossip: gossipsub({
      ...gossipOptions(topics.keys(), settings, opener),
      ...scoreOptions({
        scoring,
        slotMs: Number(blockTime) * 1_000,
        topics: topics.keys(),
        appScore: (id) => appScores.of(id),
      }),
    }),
  })
  limitPeers(insideOf(host), {
    clock,
    isIgnored,
    onMessageDropped: (topic) => onDropped(topic, 'busy'),
    onRpcDropped: (peer, reason) => {
      settings.onRpcDropped(reason)
      if (reason === 'rpc-rate' || reason === 'too-large') refuse(host, peer, { appScores, reason })
    },
    onPassed: (data, peer) => opener.received(data, peer),
  })
  return { host, opener }
}

/**
 * Aborts the connections of a peer that sends RPCs beyond a limit, because otherwise the rest of the data would be
 * decrypted in vain.
 */
function refuse(
  host: Host<{ gossip: GossipSub }>,
  peer: PeerId,
  { appScores, reason }: { readonly appScores: AppScores; readonly reason: RpcDropReason },
): void {
  appScores.count(peer.toString(), 'refused-rpc')
  for (const connection of host.getConnections(peer))
    connection.abort(new Error(`the peer sent an RPC beyond a limit: ${reason}`))
}

const insideOf = (host: Host<{ gossip: GossipSub }>) =>
  host.services.gossip as GossipSub & GossipInside

function connectedPeers(
  host: Host<{ gossip: GossipSub }>,
  {
    l2ChainId,
    told,
  }: { readonly l2ChainId: bigint; readonly told: ReadonlyMap<string, Identified> },
): readonly ConnectedPeer[] {
  const inside = insideOf(host)
  const meshes = payloadVersions.map((version) => {
    const members = new Set(inside.getMeshPeers(blocksTopic(l2ChainId, version)))
    return { version, members }
  })
  return host.getPeers().map((peer) => {
    const id = peer.toString()
    const { addresses = [], servesPayloads = false } = told.get(id) ?? {}
    return {
      id,
      sinceMs: Math.min(...host.getConnections(peer).map(({ timeline }) => timeline.open)),
      score: inside.getScore(id),
      addresses: addressesOf(host, peer, addresses),
      servesPayloads,
      meshes: meshes.filter(({ members }) => members.has(id)).map(({ version }) => version),
    }
  })
}

/** The addresses at which a peer can be dialed: the address at which it was dialed, and those that it announces. */
function addressesOf(
  host: Pick<Host<{ gossip: GossipSub }>, 'getConnections'>,
  peer: PeerId,
  told: readonly string[],
): readonly string[] {
  const dialed = host
    .getConnections(peer)
    .filter(({ direction }) => direction === 'outbound')
    .map(({ remoteAddr }) => String(remoteAddr))
  const suffix = `/p2p/${peer.toString()}`
  const all = [...dialed, ...told]
    .filter((address) => tcpAddress.test(address))
    .map((address) => (address.endsWith(suffix) ? address : `${address}${suffix}`))
  return [...new Set(all)].slice(0, maxAddresses)
}

/** An address over TCP, with or without a peer id. */
const tcpAddress = /^\/(?:ip4|ip6|dns|dns4|dns6)\/[^/]+\/tcp\/\d+(?:\/p2p\/\w+)?$/u

/** Limit on the addresses of a peer that are considered. */
const maxAddresses = 8

const results = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
  busy: TopicValidatorResult.Ignore,
} as const
