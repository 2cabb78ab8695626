import { type GossipsubOpts, StrictNoSign } from '@libp2p/gossipsub'
import { toHex } from '#protocol/codec/hex.ts'
import { maxGossipBytes } from '#protocol/p2p/gossip-data.ts'
import type { MessageIdForm } from '#protocol/p2p/message-id.ts'
import { sha256 } from '#runtime/crypto/sha256.ts'
import type { MessageOpener } from '#services/gossip/opening/message-opener.ts'
import { controlRate, messageRate } from './peer-rate.ts'

/** Settings of gossipsub. */
export interface GossipSettings {
  readonly messageIdForm: MessageIdForm
  readonly mesh: {
    readonly d: number
    readonly dlo: number
    readonly dhi: number
    readonly dlazy: number
  }
  /** Whether an own block is sent to all peers of its topic. */
  readonly floodPublish: boolean
}

/**
 * Limit on the bytes that wait until a peer reads them. Beyond the limit, the stream to the peer is closed. The limit
 * has room for two RPCs of 4 MiB, which is the largest RPC that the library sends.
 */
export const maxOutboundBytes: number = 8 * 2 ** 20

/**
 * Options of gossipsub with op-node's parameters. Times are in milliseconds.
 * Spec: rollup-node-p2p.md#gossipsub; op-node, gossip.go
 */
export function gossipOptions(
  topics: Iterable<string>,
  settings: GossipSettings,
  opener: Pick<MessageOpener, 'idOf'>,
): Partial<GossipsubOpts> {
  const { mesh, floodPublish } = settings
  return {
    D: mesh.d,
    Dlo: mesh.dlo,
    Dhi: mesh.dhi,
    Dlazy: mesh.dlazy,
    heartbeatInterval: 500,
    fanoutTTL: 24_000,
    mcacheLength: 12,
    mcacheGossip: 3,
    seenTTL: 65_000,
    doPX: false,
    globalSignaturePolicy: StrictNoSign,
    floodPublish,
    // Publishing a block must not fail if no peer listens, or if the block was published before.
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    emitSelf: false,
    // Tags would cost a write to the peer store for each GRAFT and PRUNE. Connections with streams are kept without
    // tags.
    tagMeshPeers: false,
    allowedTopics: new Set(topics),
    // `limitPeers` needs this option.
    awaitRpcHandler: true,
    // A peer opens one stream, and a second stream after it lost the first.
    maxInboundStreams: 2,
    maxInboundDataLength: maxGossipBytes,
    maxOutboundBufferSize: maxOutboundBytes,
    // A peer whose message ids have another form than ours never seems to send the messages that it announced. Such a
    // peer must not lose score.
    gossipsubIWantFollowupMs: 60_000,
    decodeRpcLimits: {
      // An honest peer subscribes to four topics.
      maxSubscriptions: 128,
      // A peer may not send more messages in a burst, not even in answer to an IWANT. An RPC with more messages is
      // dropped as a whole.
      maxMessages: messageRate.burst,
      // An honest peer sends one control entry of each kind for each topic, and repeats some of these entries.
      maxControlMessages: 16,
      // By the limit on control entries, a peer may not send more message ids in a burst anyway.
      maxIhaveMessageIDs: controlRate.burst,
      maxIwantMessageIDs: controlRate.burst,
      maxIdontwantMessageIDs: controlRate.burst,
      maxPeerInfos: 16,
    },
    // By this id, gossipsub recognises a copy of a message before the copy is decompressed.
    fastMsgIdFn: ({ topic, data }) => `${topic} ${data === undefined ? '' : toHex(sha256([data]))}`,
    msgIdFn: (message) => opener.idOf(message),
  }
}
