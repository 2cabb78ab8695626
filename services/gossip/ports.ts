import type { BlockList } from 'node:net'
import type { Discovery } from '#libp2p/discovery.ts'
import type { PeerGate } from '#libp2p/peer-gate.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { GossipData } from '#protocol/p2p/gossip-data.ts'
import type { PayloadVersion } from '#protocol/p2p/payload-version.ts'
import type { CheckedSignature } from '#protocol/p2p/validate-block.ts'
import type { Service } from '#service/service.ts'
import type { Metrics } from './metrics.ts'
import type { Deed } from './network/app-scores.ts'
import type { PeerReport } from './network/describe-peers.ts'
import type { KnownPeers, PeerAddress } from './peers/known-peers.ts'
import type { AnswerRequest } from './network/payload-streams.ts'
import type { PayloadAnswer, Wanted } from './requests/payload-answer.ts'
import type { PeerStore } from './peers/peer-store.ts'
import type { PeerLimits } from './peers/tend-peers.ts'
import type { BlockSigner } from './signing/block-signer.ts'

/** The parts of the process that gossip uses. */
export interface Context extends Pick<Service<unknown>, 'bus' | 'clock' | 'signal'> {
  readonly log: Pick<Service<unknown>['log'], 'debug' | 'info' | 'warn'>
  readonly status: Pick<Service<unknown>['status'], 'setWait' | 'progress' | 'notices'>
  readonly metrics: Metrics
}

/** The outside world of gossip. */
export interface Ports {
  readonly config: RollupConfig
  readonly network: Network
  /** Age above which blocks are rejected. */
  readonly maxAgeSeconds: bigint
  /** Signer of the blocks of the sequencer; undefined if this node does not publish. */
  readonly blockSigner: BlockSigner | undefined
  /**
   * Resolves when discovery has started, or to undefined if gossip is stopped before. Without a promise, discovery is
   * off.
   */
  readonly discovery: Promise<Pick<Discovery, 'find' | 'record' | 'table'> | undefined> | undefined
  /** Whether peers may ask for blocks. */
  readonly serves: boolean
  /** Whether blocks that are missing above the unsafe head are requested from peers. */
  readonly fetches: boolean
  readonly limits: PeerLimits
  /** Peers to which gossip keeps a connection. */
  readonly staticPeers: KnownPeers
  /** Subnets in which peers are dialed; empty: all subnets. Static peers are dialed in any subnet. */
  readonly netrestrict: readonly BlockList[]
  readonly gate: PeerGate
  readonly store: Pick<
    PeerStore,
    | 'peers'
    | 'putPeers'
    | 'removePeer'
    | 'addBan'
    | 'setBans'
    | 'setBlocked'
    | 'sentBlocks'
    | 'addSentBlock'
    | 'setRecords'
  >
}

/** The peer-to-peer network. */
export interface Network {
  /** Calls back with each block that arrives, until the returned function is called. The block waits for a verdict. */
  onBlock(listener: (block: ArrivedBlock) => void): () => void
  /**
   * Gives the verdict on a block. The block is relayed, or dropped, or dropped with a lower score for the peer that
   * sent it.
   */
  judge(arrival: number, verdict: Verdict): void
  /**
   * Sends a block of this node to peers.
   *
   * @param data signed and compressed
   * @returns the number of peers to which the block was sent
   */
  publish(topic: string, data: Uint8Array): Promise<number>
  /** Peer id of this host. */
  readonly peerId: string
  /** Counts what a peer did, for its score. */
  score(peerId: string, deed: Deed): void
  /**
   * Asks a peer for a block. @throws Error if the peer does not answer, or its answer is malformed or has another block
   */
  request(peerId: string, wanted: Wanted): Promise<PayloadAnswer>
  /** Answers the requests of peers for blocks, until the returned function is called. */
  serve(answer: AnswerRequest): Promise<() => Promise<void>>
  /** Closes the connections to a peer. */
  disconnect(peerId: string): Promise<void>
  /** Connects to a peer by its multiaddrs, unless it is connected. @throws Error that says why the dial failed */
  dial(addresses: readonly string[]): Promise<void>
  /** The connected peers. */
  peers(): readonly ConnectedPeer[]
  /** Describes this host, its connected peers, and known peers that are not connected, for an operator. */
  describe(others: { readonly known: readonly PeerAddress[] }): Promise<PeerReport>
}

/** A block of a peer, before it was validated. */
export interface ArrivedBlock {
  /** Identifies the message until its verdict. */
  readonly arrival: number
  /** Id of the peer that was the first to send the block to this host. Another peer may have made the block. */
  readonly peer: string
  /** Version of the block's topic. */
  readonly version: PayloadVersion
  readonly data: GossipData
  /** The signature of a large message, which was checked when the message was opened. */
  readonly checked?: CheckedSignature | undefined
}

/** What gossipsub does with a message. */
export type Verdict = 'accept' | 'ignore' | 'reject'

/** A connected peer. */
export interface ConnectedPeer {
  readonly id: string
  /** When the peer was connected, in Unix milliseconds. */
  readonly sinceMs: number
  readonly score: number
  /** Multiaddrs at which the peer can be dialed, with its peer id; empty until they are known. */
  readonly addresses: readonly string[]
  /** Whether the peer can be asked for blocks. */
  readonly servesPayloads: boolean
  /** Versions of the topics in whose mesh the peer is. */
  readonly meshes: readonly PayloadVersion[]
}
