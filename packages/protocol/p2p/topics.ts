import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import {
  nextVersionSwitch,
  type PayloadVersion,
  payloadVersionAt,
  payloadVersions,
} from './payload-version.ts'

/** The gossip topic for blocks of a version. Spec: rollup-node-p2p.md#gossip-topics */
export function blocksTopic(l2ChainId: bigint, version: PayloadVersion): string {
  return `/optimism/${l2ChainId}/${version - 1}/blocks`
}

/** All topics of a chain, with the version of their blocks. A node subscribes to all of them, as op-node does. */
export function blocksTopics(l2ChainId: bigint): ReadonlyMap<string, PayloadVersion> {
  return new Map(payloadVersions.map((version) => [blocksTopic(l2ChainId, version), version]))
}

/** The topic on which a block with this timestamp is published. */
export function blocksTopicAt(config: RollupConfig, timestamp: bigint): string {
  return blocksTopic(config.l2ChainId, payloadVersionAt(config, timestamp))
}

/** A change of the topic on which blocks are published. */
export interface TopicSwitch {
  /** Earliest timestamp of a block on the new topic, in Unix seconds. */
  readonly timestamp: bigint
  readonly topic: string
}

/** The first change of the topic after a timestamp; undefined if no hardfork that changes it is scheduled. */
export function nextTopicSwitch(config: RollupConfig, timestamp: bigint): TopicSwitch | undefined {
  const next = nextVersionSwitch(config, timestamp)
  return next && { timestamp: next.timestamp, topic: blocksTopic(config.l2ChainId, next.version) }
}
