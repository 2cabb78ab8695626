import type { BlockList } from 'node:net'
import type { ChainState } from '#messages/chain-state.ts'
import type { PublishPayloadResponse } from '#messages/publish-payload.ts'
import type { SystemConfigUpdate } from '#messages/system-config-update.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { BlockSigners } from '#protocol/p2p/block-signers.ts'
import { type PayloadVersion, payloadVersions } from '#protocol/p2p/payload-version.ts'
import { SeenBlocks } from '#protocol/p2p/seen-blocks.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { Fault } from '#runtime/fault.ts'
import type { CallId } from '#service/sources.ts'
import type { BlockOutcome } from './blocks/block-outcome.ts'
import type { NextTopic } from './blocks/topic-switch.ts'
import type { OwnBlocks } from './blocks/publish-block.ts'
import type { Deed } from './network/app-scores.ts'
import { type KnownPeers, type PeerAddress, withoutPeers } from './peers/known-peers.ts'
import type { PeerCare } from './peers/peer-care.ts'
import type { Search } from './peers/search.ts'
import type { PeerLimits } from './peers/tend-peers.ts'
import { type AboveHead, type Fetching, notFetching } from './requests/fill-gap.ts'
import type { PayloadAnswer, Wanted } from './requests/payload-answer.ts'
import type { SignerAccount, SigningFailure } from './signing/block-signer.ts'
import type { SignerProblem } from './signing/signer-problem.ts'
import type { ArrivedBlock, ConnectedPeer, Verdict } from './ports.ts'

/** Settings that decisions depend on. */
export interface Options {
  readonly config: RollupConfig
  readonly maxAgeSeconds: bigint
  /** Account that signs own blocks; undefined if this node does not publish. */
  readonly signer: SignerAccount | undefined
  /** Peer id of this host. */
  readonly peerId: string
  readonly canDiscover: boolean
  /** Whether blocks that are missing above the unsafe head are requested from peers. */
  readonly fetches: boolean
  readonly limits: PeerLimits
  /** Subnets in which peers are dialed; empty: all subnets. */
  readonly netrestrict: readonly BlockList[]
}

/** The state of gossip. */
export interface State {
  readonly options: Options
  readonly signers: BlockSigners | undefined
  /**
   * Blocks that were accepted, by the version of their topic. Mutable, since a copy for each block would be expensive.
   */
  readonly seen: ReadonlyMap<PayloadVersion, SeenBlocks>
  /** The highest block that was accepted. */
  readonly highest: BlockId | undefined
  /** The engine's unsafe head. */
  readonly unsafe: { readonly number: bigint; readonly timestamp: bigint } | undefined
  readonly above: AboveHead
  readonly fetching: Fetching
  /** Accepted blocks that the bus has not stored yet. */
  readonly storing: { readonly blocks: number; readonly bytes: number }
  readonly own: OwnBlocks
  readonly signerProblem: SignerProblem | undefined
  /** Undefined before the first event. */
  readonly nextTopic: NextTopic | undefined
  /** The peers that sent the latest accepted blocks, by block hash. */
  readonly senders: ReadonlyMap<Hash, string>
  readonly peers: readonly ConnectedPeer[]
  readonly known: KnownPeers
  /** Peers that stay connected even if there are too many peers. */
  readonly protectedPeers: ReadonlySet<string>
  /** Peers that are being dialed. */
  readonly dialing: ReadonlySet<string>
  readonly search: Search
  readonly prunedAtMs: number
  /** Time since which no peer is connected. */
  readonly aloneSinceMs: number | undefined
}

/** An event of gossip. Times are Unix milliseconds. */
export type Event =
  | { readonly kind: 'peer-changed'; readonly id: string; readonly change: PeerCare }
  | { readonly kind: 'tick'; readonly nowMs: number; readonly peers: readonly ConnectedPeer[] }
  | ({ readonly kind: 'block-arrived'; readonly nowMs: number } & ArrivedBlock)
  | { readonly kind: 'block-stored'; readonly bytes: number }
  | {
      readonly kind: 'system-config-changed'
      readonly update: SystemConfigUpdate
      readonly nowMs: number
    }
  | { readonly kind: 'chain-changed'; readonly chain: ChainState }
  | {
      readonly kind: 'publish-requested'
      readonly call: CallId<PublishPayloadResponse>
      readonly payload: Payload
    }
  | { readonly kind: 'block-published'; readonly hash: Hash; readonly peers: number }
  | { readonly kind: 'payload-refused'; readonly hash: Hash }
  | {
      readonly kind: 'signer-checked'
      /** Undefined if the signer answered. */
      readonly problem: string | undefined
    }
  | {
      readonly kind: 'payload-fetched'
      readonly id: string
      /** `broken`: the peer did not answer, or its answer was malformed or had another block. */
      readonly answer: PayloadAnswer | { readonly kind: 'broken' }
      readonly nowMs: number
    }
  | {
      readonly kind: 'search-ended'
      readonly peers: readonly PeerAddress[]
      readonly nowMs: number
    }
  | { readonly kind: 'peers-found'; readonly peers: readonly PeerAddress[]; readonly nowMs: number }
  | {
      readonly kind: 'dialed'
      readonly id: string
      /** Undefined if the dial succeeded. */
      readonly failure: string | undefined
      readonly nowMs: number
    }
  | {
      readonly kind: 'publish-failed'
      readonly hash: Hash
      readonly reason: string
      /** Why the block was not signed; undefined for another failure. */
      readonly signing: SigningFailure | undefined
    }

/** An effect of gossip. */
export type Effect =
  | { readonly kind: 'judge'; readonly arrival: number; readonly verdict: Verdict }
  | { readonly kind: 'store-block'; readonly payload: Payload; readonly bytes: number }
  | { readonly kind: 'publish'; readonly payload: Payload; readonly version: PayloadVersion }
  | {
      readonly kind: 'answer'
      readonly call: CallId<PublishPayloadResponse>
      readonly response: PublishPayloadResponse
    }
  | {
      readonly kind: 'refuse'
      readonly call: CallId<PublishPayloadResponse>
      readonly fault: Fault
    }
  | { readonly kind: 'search' }
  | { readonly kind: 'fetch-payload'; readonly id: string; readonly wanted: Wanted }
  | ({ readonly kind: 'dial' } & PeerAddress)
  | { readonly kind: 'disconnect'; readonly id: string }
  | {
      readonly kind: 'ban'
      readonly id: string
      readonly score: number
      readonly untilMs: number
    }
  | { readonly kind: 'score'; readonly id: string; readonly deed: Deed }
  | {
      readonly kind: 'remember-peers'
      readonly peers: readonly PeerAddress[]
      readonly nowMs: number
    }
  | { readonly kind: 'forget-peer'; readonly id: string }
  | Report

/** A report that is logged and counted. */
export type Report =
  | {
      readonly kind: 'report-block'
      readonly outcome: BlockOutcome
      readonly block: Pick<ArrivedBlock, 'peer' | 'version'>
      /** Undefined if the block could not be decoded. */
      readonly id: BlockId | undefined
      readonly ageMs: number | undefined
    }
  | {
      readonly kind: 'report-dial'
      readonly id: string
      readonly isStatic: boolean
      readonly failure: string
    }
  | { readonly kind: 'report-topic'; readonly topic: string }
  | { readonly kind: 'report-signer'; readonly signers: BlockSigners | undefined }

/** The next state, and the effects to carry out, in order. */
export type Result = readonly [State, ...(readonly Effect[])]

/** What an earlier run and the settings provide at the start. */
export interface Known {
  readonly known: KnownPeers
  /** Own blocks that an earlier run sent. */
  readonly sent: readonly Hash[]
}

/** The state at the start. */
export function initialState(options: Options, { known, sent }: Known): State {
  return {
    options,
    signers: undefined,
    seen: new Map(payloadVersions.map((version) => [version, new SeenBlocks()])),
    highest: undefined,
    unsafe: undefined,
    above: new Map(),
    fetching: notFetching,
    storing: { blocks: 0, bytes: 0 },
    own: { sending: new Map(), sent },
    signerProblem: undefined,
    nextTopic: undefined,
    senders: new Map(),
    peers: [],
    // A list of static peers may name this host: operators give one list to all of their nodes.
    known: withoutPeers(known, [options.peerId]),
    protectedPeers: new Set(),
    dialing: new Set(),
    search: { isRunning: false, nextMs: undefined },
    prunedAtMs: Number.NEGATIVE_INFINITY,
    aloneSinceMs: undefined,
  }
}
