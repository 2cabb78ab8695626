import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { GossipData } from '#protocol/p2p/gossip-data.ts'
import type { PayloadVersion } from '#protocol/p2p/payload-version.ts'
import type { Service } from '#service/service.ts'
import type { Metrics } from './metrics.ts'

/** What gossip needs from the process that runs it. */
export interface Context extends Pick<Service<unknown>, 'bus' | 'clock' | 'signal'> {
  readonly log: Pick<Service<unknown>['log'], 'debug' | 'info' | 'warn'>
  readonly status: Pick<Service<unknown>['status'], 'setWait' | 'progress'>
  readonly metrics: Metrics
}

/** The outside world of gossip. */
export interface Ports {
  readonly config: RollupConfig
  readonly network: Network
  /** Age above which blocks are rejected. */
  readonly maxAgeSeconds: bigint
  /** Private key of the sequencer; undefined if this node does not publish. */
  readonly sequencerKey: Uint8Array | undefined
}

/** The peers. */
export interface Network {
  /** Calls back with each block that arrives, until the returned function is called. The block waits for a verdict. */
  onBlock(listener: (block: ArrivedBlock) => void): () => void
  /** Answers a block: it is relayed, dropped, or dropped at the cost of the peer that sent it. */
  judge(arrival: number, verdict: Verdict): void
  /**
   * Sends a block of this node to peers.
   *
   * @param data signed and compressed
   * @returns the number of peers that it was sent to
   */
  publish(topic: string, data: Uint8Array): Promise<number>
  /** Connects to a peer by its multiaddrs, unless it is connected. @throws Error that says why it failed */
  dial(addresses: readonly string[]): Promise<void>
  /** The connected peers. */
  peers(): readonly ConnectedPeer[]
}

/** A block of a peer, before it was validated. */
export interface ArrivedBlock {
  /** Identifies the message until its verdict. */
  readonly arrival: number
  /** Peer id of the peer that sent it first, which need not be its origin. */
  readonly peer: string
  /** Of the topic. */
  readonly version: PayloadVersion
  readonly data: GossipData
}

/** What gossipsub does with a message. */
export type Verdict = 'accept' | 'ignore' | 'reject'

/** A connected peer. */
export interface ConnectedPeer {
  readonly id: string
  /** The topics of blocks, by version, in whose mesh the peer is. */
  readonly meshes: readonly PayloadVersion[]
}
