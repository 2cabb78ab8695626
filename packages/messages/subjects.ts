import {
  type ApplyAttributesRequest,
  type ApplyAttributesResponse,
  applyAttributesRequestCodec,
  applyAttributesResponseCodec,
} from './apply-attributes.ts'
import { flashblockSubjects } from './flashblock-subjects.ts'
import { byGenerationAndVersion, type ChainState, chainStateCodec } from './chain-state.ts'
import {
  type ChangePeerRequest,
  changePeerRequestCodec,
  type ChangePeerResponse,
  changePeerResponseCodec,
} from './change-peer.ts'
import {
  type CheckSignerRequest,
  checkSignerRequestCodec,
  type CheckSignerResponse,
  checkSignerResponseCodec,
} from './check-signer.ts'
import {
  type ControlSequencerRequest,
  controlSequencerRequestCodec,
  type ControlSequencerResponse,
  controlSequencerResponseCodec,
} from './control-sequencer.ts'
import { type DerivationTargets, derivationTargetsCodec } from './derivation-targets.ts'
import {
  type ExecuteRequest,
  executeRequestCodec,
  type ExecuteResponse,
  executeResponseCodec,
} from './execute.ts'
import {
  type FetchL1BlockRequest,
  fetchL1BlockRequestCodec,
  type FetchL1BlockResponse,
  fetchL1BlockResponseCodec,
} from './fetch-l1-block.ts'
import {
  type FetchL2BlockRequest,
  fetchL2BlockRequestCodec,
  type FetchL2BlockResponse,
  fetchL2BlockResponseCodec,
} from './fetch-l2-block.ts'
import {
  type FetchPeersRequest,
  fetchPeersRequestCodec,
  type FetchPeersResponse,
  fetchPeersResponseCodec,
} from './fetch-peers.ts'
import {
  type InsertRequest,
  insertRequestCodec,
  type InsertResponse,
  insertResponseCodec,
} from './insert.ts'
import { type L1Heads, l1HeadsCodec } from './l1-heads.ts'
import { type LogLevelChange, logLevelChangeCodec } from './log-level-change.ts'
import {
  type PostPayloadRequest,
  postPayloadRequestCodec,
  type PostPayloadResponse,
  postPayloadResponseCodec,
} from './post-payload.ts'
import {
  type PublishPayloadRequest,
  publishPayloadRequestCodec,
  type PublishPayloadResponse,
  publishPayloadResponseCodec,
} from './publish-payload.ts'
import { type ReceivedPayload, receivedPayloadCodec } from './received-payload.ts'
import { type RefusedPayload, refusedPayloadCodec } from './refused-payload.ts'
import {
  type ResetRequest,
  resetRequestCodec,
  type ResetResponse,
  resetResponseCodec,
} from './reset.ts'
import { type SafeAt, safeAtCodec } from './safe-at.ts'
import {
  type SafeHeadAtRequest,
  safeHeadAtRequestCodec,
  type SafeHeadAtResponse,
  safeHeadAtResponseCodec,
} from './safe-head-at.ts'
import { type SealRequest, sealRequestCodec, type SealResponse, sealResponseCodec } from './seal.ts'
import { type ServiceStatus, serviceStatusCodec } from './service-status.ts'
import { type ServiceName, serviceNames } from './services.ts'
import {
  type StartBuildingRequest,
  startBuildingRequestCodec,
  type StartBuildingResponse,
  startBuildingResponseCodec,
} from './start-building.ts'
import {
  type Call,
  call,
  type Log,
  log,
  type Signal,
  signal,
  type State,
  state,
  type Subject,
} from './subject.ts'
import { type SystemConfigUpdate, systemConfigUpdateCodec } from './system-config-update.ts'
import { maxBlocksPerHeight } from '#protocol/p2p/seen-blocks.ts'

/**
 * For each service, the services that wait for it. The waiting services read its status, to report the cause of their
 * waits.
 */
const waiting: Readonly<Partial<Record<ServiceName, readonly ServiceName[]>>> = {
  'da-watcher': ['derivation', 'gossip', 'sequencer'],
  engine: ['derivation', 'sequencer'],
  gossip: ['sequencer'],
}

/** Heads of L1: latest, safe, finalized. */
export const l1Heads: State<L1Heads> = state({
  name: 'da-watcher.l1-heads',
  summary: 'Heads of L1: latest, safe, finalized.',
  readers: ['derivation', 'sequencer', 'gossip', 'rpc'],
  codec: l1HeadsCodec,
})

/** The part of the system config at the L1 head that services need: the unsafe block signer. */
export const systemConfig: State<SystemConfigUpdate> = state({
  name: 'da-watcher.system-config',
  summary: 'The unsafe block signer at the L1 head, from the system config.',
  readers: ['gossip', 'rpc', 'flashblock-p2p'],
  codec: systemConfigUpdateCodec,
})

/** Returns a verified L1 block: header fields, deposit and config logs, inbox transactions and their blobs. */
export const fetchL1Block: Call<FetchL1BlockRequest, FetchL1BlockResponse> = call({
  name: 'da-watcher.fetch-l1-block',
  summary:
    'A verified L1 block: header fields, deposit and config logs, inbox transactions, blobs of the batcher.',
  callers: ['derivation', 'sequencer', 'rpc'],
  request: fetchL1BlockRequestCodec,
  response: fetchL1BlockResponseCodec,
  traffic: 'bulk',
})

/** Passes the next attributes of the safe chain to the engine. */
export const applyAttributes: Call<ApplyAttributesRequest, ApplyAttributesResponse> = call({
  name: 'engine.apply-attributes',
  summary:
    'Passes the next attributes of the safe chain to the engine; the outcome follows in `engine.chain`.',
  callers: ['derivation'],
  request: applyAttributesRequestCodec,
  response: applyAttributesResponseCodec,
})

/** Returns a block of the execution client, without waiting for the engine's queue. */
export const fetchL2Block: Call<FetchL2BlockRequest, FetchL2BlockResponse> = call({
  name: 'engine.fetch-l2-block',
  summary: 'A block of the execution client: reference, header, payload or account proof.',
  callers: ['derivation', 'sequencer', 'gossip', 'rpc'],
  request: fetchL2BlockRequestCodec,
  response: fetchL2BlockResponseCodec,
  traffic: 'bulk',
})

/** Asks the engine for a reset, which begins a new generation of its chain state. */
export const reset: Call<ResetRequest, ResetResponse> = call({
  name: 'engine.reset',
  summary:
    'Asks for a reset, which begins a new generation; a request to end an earlier generation has no effect.',
  callers: ['derivation', 'sequencer', 'rpc'],
  request: resetRequestCodec,
  response: resetResponseCodec,
})

/** Passes an unsafe block of an operator to the engine, like a block from gossip. */
export const postPayload: Call<PostPayloadRequest, PostPayloadResponse> = call({
  name: 'engine.post-payload',
  summary: 'An unsafe block from an operator, for the engine to insert like one from gossip.',
  callers: ['rpc'],
  request: postPayloadRequestCodec,
  response: postPayloadResponseCodec,
  traffic: 'bulk',
})

/** Starts to build a block on top of the unsafe head. */
export const startBuilding: Call<StartBuildingRequest, StartBuildingResponse> = call({
  name: 'engine.start-building',
  summary: 'Starts to build a block on top of the unsafe head; a repeat gets the same payload id.',
  callers: ['sequencer'],
  request: startBuildingRequestCodec,
  response: startBuildingResponseCodec,
})

/** Returns the block that is being built. The chain stays unchanged. */
export const seal: Call<SealRequest, SealResponse> = call({
  name: 'engine.seal',
  summary: 'Ends the building of a block and returns it; the chain stays unchanged.',
  callers: ['sequencer'],
  request: sealRequestCodec,
  response: sealResponseCodec,
  traffic: 'bulk',
})

/** Executes a block of a foreign builder. The chain stays unchanged. */
export const execute: Call<ExecuteRequest, ExecuteResponse> = call({
  name: 'engine.execute',
  summary: 'Executes a block of a foreign builder to check it; the chain stays unchanged.',
  callers: ['sequencer'],
  request: executeRequestCodec,
  response: executeResponseCodec,
  traffic: 'bulk',
})

/** Makes a sealed block the unsafe head. */
export const insert: Call<InsertRequest, InsertResponse> = call({
  name: 'engine.insert',
  summary: 'Makes a sealed block the unsafe head; a repeat has no further effect.',
  callers: ['sequencer'],
  request: insertRequestCodec,
  response: insertResponseCodec,
  traffic: 'bulk',
})

/** The public state of the L2 chain: heads, generation, outcome of the last attributes. */
export const engineChain: State<ChainState> = state({
  name: 'engine.chain',
  summary: 'The public state of the L2 chain: heads, generation, outcome of the last attributes.',
  readers: ['derivation', 'sequencer', 'gossip', 'rpc', 'flashblock-p2p'],
  codec: chainStateCodec,
  newer: byGenerationAndVersion,
})

/** The L2 block that the engine may finalize, and the progress of derivation on L1. */
export const derivationTargets: State<DerivationTargets> = state({
  name: 'derivation.targets',
  summary: 'The L2 block that the engine may finalize, and the progress of derivation on L1.',
  readers: ['engine', 'rpc'],
  codec: derivationTargetsCodec,
})

/** The safe head after derivation processed an L1 block, by the number of the L1 block. */
export const safeAt: Log<SafeAt> = log({
  name: 'derivation.safe-at',
  summary: 'The safe head after derivation processed an L1 block, by the number of the L1 block.',
  readers: ['rpc', 'engine'],
  codec: safeAtCodec,
  number: ({ l1 }) => l1.number,
  id: ({ l1, safe, generation }) => `${l1.hash}:${safe.hash}:${generation}`,
  stream: {
    name: 'SAFE_AT',
    entriesPerNumber: 1,
    maxBytes: 256 * 1024 * 1024,
    duplicateWindowMs: 120_000,
  },
})

/** Returns an entry of the complete safe-head history, which derivation keeps on disk. */
export const safeHeadAt: Call<SafeHeadAtRequest, SafeHeadAtResponse> = call({
  name: 'derivation.safe-head-at',
  summary: 'An entry of the whole safe-head history, by L1 or by L2 number.',
  callers: ['rpc'],
  request: safeHeadAtRequestCodec,
  response: safeHeadAtResponseCodec,
})

/** Unsafe blocks from peers, by number. From its unsafe head on, the engine reads the blocks that it missed. */
export const payloadReceived: Log<ReceivedPayload> = log({
  name: 'gossip.payload-received',
  summary: 'Unsafe blocks from peers, signed by the sequencer and checked, by number.',
  readers: ['engine'],
  codec: receivedPayloadCodec,
  number: ({ payload }) => payload.number,
  id: ({ payload }) => payload.blockHash,
  stream: {
    name: 'PAYLOAD',
    entriesPerNumber: maxBlocksPerHeight,
    maxAgeMs: 3_600_000,
    maxBytes: 1024 * 1024 * 1024,
    duplicateWindowMs: 120_000,
  },
})

/** Sends a block of this node's sequencer to the peers. A repeated call is answered, but sends nothing again. */
export const publishPayload: Call<PublishPayloadRequest, PublishPayloadResponse> = call({
  name: 'gossip.publish-payload',
  summary: "Hands a block of this node's sequencer to the peers; each block is sent once.",
  callers: ['sequencer'],
  request: publishPayloadRequestCodec,
  response: publishPayloadResponseCodec,
  traffic: 'bulk',
})

/** Returns whether peers would accept the blocks that gossip signs. */
export const checkSigner: Call<CheckSignerRequest, CheckSignerResponse> = call({
  name: 'gossip.check-signer',
  summary: 'Whether peers would accept the blocks that gossip signs.',
  callers: ['sequencer'],
  request: checkSignerRequestCodec,
  response: checkSignerResponseCodec,
})

/** Returns the host of gossip, its peers, and the peers, addresses and subnets that the host refuses. */
export const fetchPeers: Call<FetchPeersRequest, FetchPeersResponse> = call({
  name: 'gossip.fetch-peers',
  summary: 'The host of gossip, its peers, and the peers, addresses and subnets that it refuses.',
  callers: ['rpc', 'operator'],
  request: fetchPeersRequestCodec,
  response: fetchPeersResponseCodec,
  traffic: 'bulk',
})

/** Connects, disconnects, protects or blocks a peer, an IP address or a subnet. */
export const changePeer: Call<ChangePeerRequest, ChangePeerResponse> = call({
  name: 'gossip.change-peer',
  summary: 'Connects, disconnects, protects or blocks a peer, an IP address or a subnet.',
  callers: ['rpc', 'operator'],
  request: changePeerRequestCodec,
  response: changePeerResponseCodec,
})

/** A block from gossip that the execution client refused, for the score of the peer that sent it. */
export const payloadRefused: Signal<RefusedPayload> = signal({
  name: 'engine.payload-refused',
  summary:
    'A block from gossip that the execution client refused; it lowers the score of the peer that sent it.',
  readers: ['gossip'],
  codec: refusedPayloadCodec,
})

/** Reads whether the sequencer is active, starts or stops the sequencer, or changes its mode. */
export const controlSequencer: Call<ControlSequencerRequest, ControlSequencerResponse> = call({
  name: 'sequencer.control',
  summary: "Reads the sequencer's activity, starts it, stops it, or changes its mode.",
  callers: ['rpc'],
  request: controlSequencerRequestCodec,
  response: controlSequencerResponseCodec,
})

/** The lowest level that all services log, including all replicas of rpc. */
export const logLevel: Signal<LogLevelChange> = signal({
  name: 'rpc.log-level',
  summary: 'The lowest level that all services log, as an operator set it.',
  readers: serviceNames,
  codec: logLevelChangeCodec,
})

/** Status and wait of each instance of a service. */
export const serviceStatus: Readonly<Record<ServiceName, State<ServiceStatus>>> =
  Object.fromEntries(serviceNames.map((service) => [service, statusOf(service)])) as Readonly<
    Record<ServiceName, State<ServiceStatus>>
  >

/** All subjects of the bus. Permissions, streams and docs/messages.md are generated from this table. */
export const subjects: readonly Subject[] = [
  l1Heads,
  systemConfig,
  fetchL1Block,
  applyAttributes,
  fetchL2Block,
  reset,
  postPayload,
  startBuilding,
  seal,
  execute,
  insert,
  engineChain,
  derivationTargets,
  safeAt,
  safeHeadAt,
  payloadReceived,
  publishPayload,
  checkSigner,
  fetchPeers,
  changePeer,
  payloadRefused,
  ...flashblockSubjects,
  controlSequencer,
  logLevel,
  ...Object.values(serviceStatus),
]

function statusOf(service: ServiceName): State<ServiceStatus> {
  return state({
    name: `${service}.status`,
    summary: `What ${service} is doing and what it waits for, by instance; written every 5 s.`,
    readers: ['rpc', ...(waiting[service] ?? [])],
    codec: serviceStatusCodec,
    perInstance: true,
  })
}
