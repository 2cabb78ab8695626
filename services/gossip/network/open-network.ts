import { type GossipSub, gossipsub, TopicValidatorResult } from '@libp2p/gossipsub'
import { multiaddr } from '@multiformats/multiaddr'
import { type Host, type HostSettings, openHost } from '#libp2p/open-host.ts'
import { payloadVersions } from '#protocol/p2p/payload-version.ts'
import { blocksTopic, blocksTopics } from '#protocol/p2p/topics.ts'
import type { ConnectedPeer, Network } from '#services/gossip/ports.ts'
import { Arrivals } from './arrivals.ts'
import { gossipOptions, type GossipSettings, openingOnce } from './gossip-options.ts'

/** Settings of the peer-to-peer network. */
export interface NetworkSettings extends HostSettings, GossipSettings {
  readonly l2ChainId: bigint
  /** Called for a block that is dropped because too many wait for their validation. */
  readonly onBusy: (version: (typeof payloadVersions)[number]) => void
}

/** The network, until it is closed. */
export interface OpenNetwork extends Network {
  /** Peer id of this host. */
  readonly peerId: string
  /** Multiaddrs of this host, with its peer id. */
  readonly addresses: readonly string[]
  close(): Promise<void>
}

/** The part of gossipsub that its exported type omits. */
interface GossipInside {
  getMeshPeers(topic: string): string[]
}

/**
 * Starts the host, and subscribes to the topics of all versions, as op-node does.
 *
 * @throws as `openHost`
 */
export async function openNetwork(settings: NetworkSettings): Promise<OpenNetwork> {
  const { l2ChainId, onBusy } = settings
  const topics = blocksTopics(l2ChainId)
  const open = openingOnce()
  const host: Host<{ gossip: GossipSub }> = await openHost(settings, {
    gossip: gossipsub(gossipOptions(topics.keys(), settings, open)),
  })
  const { gossip } = host.services
  const inside = gossip as GossipSub & GossipInside
  const arrivals = new Arrivals()
  for (const [topic, version] of topics) {
    gossip.topicValidators.set(topic, async (peer, message) => {
      const verdict = await arrivals.add({ peer: peer.toString(), version, data: open(message) })
      if (verdict === 'busy') onBusy(version)
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
    peers: () => {
      const meshes = payloadVersions.map(
        (version) =>
          [version, new Set(inside.getMeshPeers(blocksTopic(l2ChainId, version)))] as const,
      )
      return host.getPeers().map((peer): ConnectedPeer => {
        const id = peer.toString()
        const inMesh = meshes.filter(([, members]) => members.has(id))
        return { id, meshes: inMesh.map(([version]) => version) }
      })
    },
    close: async () => {
      arrivals.close()
      await host.stop()
    },
  }
}

const results = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
  busy: TopicValidatorResult.Ignore,
} as const
