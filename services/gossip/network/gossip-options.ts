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
 * Limit on what waits until a peer reads it; beyond it, the stream to the peer is closed. It holds two RPCs of the most
 * that the library sends, 4 MiB.
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
    // A block must not fail because no peer listens, or because it is sent again.
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    emitSelf: false,
    // A tag is a write to the peer store for each GRAFT and PRUNE. Connections with streams are kept without tags.
    tagMeshPeers: false,
    allowedTopics: new Set(topics),
    maxInboundDataLength: maxGossipBytes,
    maxOutboundBufferSize: maxOutboundBytes,
    // A peer with the other form of message ids seems to break its promises: it must not lose score for that.
    gossipsubIWantFollowupMs: 60_000,
    decodeRpcLimits: {
      // A peer has four topics.
      maxSubscriptions: 128,
      // A peer may send no more at once, also not in answer to an IWANT. An RPC with more is dropped as a whole.
      maxMessages: messageRate.burst,
      // Of each kind one for a topic, some of them sent again.
      maxControlMessages: 16,
      // No more of them pass at once.
      maxIhaveMessageIDs: controlRate.burst,
      maxIwantMessageIDs: controlRate.burst,
      maxIdontwantMessageIDs: controlRate.burst,
      maxPeerInfos: 16,
    },
    // A copy of a message is not decompressed.
    fastMsgIdFn: ({ topic, data }) => `${topic} ${data === undefined ? '' : toHex(sha256([data]))}`,
    msgIdFn: (message) => opener.idOf(message),
  }
}
